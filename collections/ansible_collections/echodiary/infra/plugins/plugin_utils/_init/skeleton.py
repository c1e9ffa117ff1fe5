# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a new directory: texts beside this file, in which <<name>> stands for a value. Values are quoted here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ansible.release import __version__ as core

from .._common.quoting import yaml_text, yaml_value
from .shapes import Answers, Host

TEXTS = Path(__file__).with_name("texts")
#: a registry of ECR, which hosts of AWS log in to as what they are
ECR = re.compile(r"[0-9]{12}\.dkr\.ecr(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
VERSION = re.compile(r'"version": "([^"]+)"')
#: path -> text, of every directory
ONCE = {
    "ansible.cfg": "ansible.cfg",
    "site.yml": "site.yml",
    "requirements.yml": "requirements.yml",
    "requirements.txt": "requirements.txt",
    ".gitignore": "gitignore",
    ".ansible-lint": "ansible-lint",
    ".yamllint": "yamllint",
    ".github/workflows/deploy.yml": "workflow",
    "inventories/production/group_vars/all/main.yml": "all",
    "inventories/production/group_vars/app/main.yml": "app",
}
#: of every application
ROLE = {
    "roles/<<app>>/README.md": "role/readme",
    "roles/<<app>>/component.yml": "role/component",
    "roles/<<app>>/defaults/main.yml": "role/defaults",
    "roles/<<app>>/meta/argument_specs.yml": "role/argument_specs",
    "roles/<<app>>/meta/main.yml": "role/meta",
    "roles/<<app>>/monitoring.yml": "role/monitoring",
    "roles/<<app>>/tasks/main.yml": "role/tasks",
    "roles/<<app>>/tree/opt/<<app>>/{slot}/<<app>>.env.j2": "role/env",
    "roles/<<app>>/tree/opt/<<app>>/{slot}/compose.yaml.j2": "role/compose",
}


def files(answers: Answers, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Path and text, hosts first."""
    hosts = {"inventories/production/aws_ec2.yml": "aws"} if answers.region else {"inventories/production/hosts.yml": "hosts"}
    for path, name in {**hosts, **ONCE, **ROLE}.items():
        text = _filled((TEXTS / f"{name}.txt").read_text(encoding="utf-8"), values)
        yield _filled(path, values), text.rstrip("\n") + "\n"


def values(answers: Answers, ports: tuple[int, int]) -> dict[str, str]:
    """What stands for each <<name>>, in YAML's words."""
    return {
        "app": answers.app,
        "port": str(answers.port),
        "blue": str(ports[0]),
        "green": str(ports[1]),
        "hosts": _hosts(answers.hosts),
        "region": answers.region,
        "domains": _list(answers.domains),
        "migrate": _migrate(answers),
        "migrate_default": _command(answers),
        "migrate_spec": _option(answers),
        "registry": _registry(answers),
        "ssh": (TEXTS / "ssh.txt").read_text(encoding="utf-8") if answers.region else "",
        "core": core,
        "minimum": ".".join(core.split(".")[:2]),
        "version": _version(),
    }


def _filled(text: str, known: Mapping[str, str]) -> str:
    return re.sub(r"<<(\w+)>>", lambda found: known[found[1]], text)


def _list(words: list[str]) -> str:
    return "[" + ", ".join(map(yaml_value, words)) + "]"


def _texts(words: list[str]) -> str:
    return "[" + ", ".join(map(yaml_text, words)) + "]"


def _hosts(hosts: list[Host]) -> str:
    return "\n".join(f"    {yaml_text(host.name)}: {_mapping(host)}" for host in hosts)


def _mapping(host: Host) -> str:
    return (
        "{" + ", ".join(f"{name}: {yaml_text(value) if isinstance(value, str) else value}" for name, value in host.variables.items()) + "}"
    )


def _is_command(answers: Answers) -> bool:
    return bool(answers.migrate) and answers.migrate != ["alembic"]


def _migrate(answers: Answers) -> str:
    if not answers.migrate:
        return ""
    what = f'command: "{{{{ {answers.app}_migrate_command }}}}"' if _is_command(answers) else f"env_file: {answers.app}.env"
    return f"  # Brings the schema along, once per release.\n  migrate:\n    {what}\n"


def _command(answers: Answers) -> str:
    return f"{answers.app}_migrate_command: {_texts(answers.migrate)}\n" if _is_command(answers) else ""


def _option(answers: Answers) -> str:
    if not _is_command(answers):
        return ""
    return (
        f"      {answers.app}_migrate_command:\n        type: list\n        elements: str\n        default: {_texts(answers.migrate)}\n"
        "        description: What brings the schema along, in the release's own image.\n"
    )


def _registry(answers: Answers) -> str:
    registry = answers.image.repository.partition("/")[0]
    if answers.region and ECR.fullmatch(registry):
        told = "Hosts log in to ECR as what they are: their instance profile has to let them read the repository."
        return f"\n# {told}\ndocker_credential_helpers: {{{yaml_text(registry)}: ecr-login}}\n"
    if not answers.plain:
        return ""
    return f"\n# It answered without TLS when this was written.\ndocker_insecure_registries: [{yaml_text(registry)}]\n"


def _version() -> str:
    """Of this collection, as it is installed; a checkout has no manifest."""
    root = Path(__file__).parents[3]
    for name, pattern in (("MANIFEST.json", VERSION), ("galaxy.yml", re.compile(r"^version: (\S+)", re.M))):
        path = root / name
        found = pattern.search(path.read_text(encoding="utf-8")) if path.exists() else None
        if found:
            return found[1]
    return "0.1.0"
