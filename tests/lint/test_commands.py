# SPDX-License-Identifier: GPL-3.0-or-later
"""Every printed ansible-playbook command, read by the parser that will read it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.lint import commands, texts

ROOT = Path(__file__).parents[2]
PLACES = ("README.md", "README.ko.md", "docs", "playbooks", "site.yml", "inventories", "gitops", ".ci")
COLLECTION = "collections/ansible_collections/echodiary/infra"
KNOWN = commands.playbooks(ROOT)
TEXTS = texts.tracked_files(ROOT, *PLACES, f"{COLLECTION}/roles", f"{COLLECTION}/plugins", f"{COLLECTION}/README.md")


def test_printed_commands_do_what_they_say() -> None:
    problems = []
    for path in TEXTS:
        if "_arguments" not in path.parts and path.name not in ("arguments.py", "check_arguments.py"):
            problems += commands.command_problems(path, KNOWN, ROOT)
    assert problems == []


def test_every_playbook_says_what_it_takes() -> None:
    folder = ROOT / "playbooks"
    written = {path.relative_to(folder).with_suffix("").as_posix() for path in (*folder.glob("*.yml"), *folder.glob("incident/*.yml"))}
    declared = set(yaml.safe_load((folder / "meta/argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"])
    assert written - {"incident/vars"} == declared


@pytest.mark.parametrize(
    "line",
    [
        "ansible-playbook playbooks/deploy.yml -e deploy_reason='faster search'",
        'ansible-playbook playbooks/deploy.yml -e deploy_reason="faster search"',
        'ansible-playbook playbooks/deploy.yml -e "deploy_reason=faster search"',
        "ansible-playbook playbooks/migrate.yml -e revision=0003",
        "ansible-playbook playbooks/redeploy.yml",
    ],
)
def test_what_would_be_misread_is_found(line: str) -> None:
    assert list(commands.line_problems(line, KNOWN))


@pytest.mark.parametrize(
    "line",
    [
        "ansible-playbook playbooks/deploy.yml -e \"deploy_reason='faster search'\" -e release=v1",
        "ansible-playbook playbooks/restart.yml [-e component=prometheus] [-e \"deploy_reason='…'\"] [--check]",
        "playbooks/incident/return-host.yml -e host={{ inventory_hostname }} lets it back in",
    ],
)
def test_what_works_is_left_alone(line: str) -> None:
    assert list(commands.line_problems(line, KNOWN)) == []
