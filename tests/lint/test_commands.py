# SPDX-License-Identifier: GPL-3.0-or-later
"""Every printed ansible-playbook command, read by the parser that will read it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.plugin_utils._arguments import playbooks

from tests.lint import commands, texts

ROOT = Path(__file__).parents[2]
COLLECTION = "collections/ansible_collections/echodiary/infra"
PLACES = ("README.md", "README.ko.md", "docs", "inventories", "gitops", ".ci")
PARTS = ("README.md", "playbooks", "plugins", "roles")
KNOWN = commands.playbooks(ROOT)
TEXTS = texts.tracked_files(ROOT, *PLACES, *(f"{COLLECTION}/{part}" for part in PARTS))


def test_printed_commands_do_what_they_say() -> None:
    problems = []
    for path in TEXTS:
        if "_arguments" not in path.parts and path.name not in ("arguments.py", "check_arguments.py"):
            problems += commands.command_problems(path, KNOWN, ROOT)
    assert problems == []


def test_every_playbook_says_what_it_takes() -> None:
    """All but the one that runs everybody's own roles: those may take what nobody declares."""
    folder = ROOT / COLLECTION / "playbooks"
    written = {path.relative_to(folder).with_suffix("").as_posix() for path in commands.files(folder)}
    declared = set(yaml.safe_load((folder / "meta/argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"])
    assert written - {"site"} == declared


def test_every_playbook_has_its_door_in_the_checkout() -> None:
    doors = {commands.name_of(path, ROOT / "playbooks"): path for path in commands.files(ROOT / "playbooks")} | {"site": ROOT / "site.yml"}
    led = {name: playbooks.imported(path) for name, path in doors.items()}
    assert led == {name: [playbooks.path_of(f"echodiary.infra.{name}")] for name in KNOWN.takes}


@pytest.mark.parametrize(
    "line",
    [
        "ansible-playbook playbooks/deploy.yml -e deploy_reason='faster search'",
        'ansible-playbook playbooks/deploy.yml -e deploy_reason="faster search"',
        'ansible-playbook playbooks/deploy.yml -e "deploy_reason=faster search"',
        "ansible-playbook playbooks/migrate.yml -e revision=0003",
        "ansible-playbook playbooks/redeploy.yml",
        "ansible-playbook echodiary.infra.migrate -e revision=0003",
        "ansible-playbook -i inventories/production echodiary.infra.deploy_lock",
        "echodiary.infra.incident.reboot -e host=app1",
        "echodiary.infra.redeploy shows it",
        "echodiary.infra.incident.db_locks --check shows by whom",
    ],
)
def test_what_would_be_misread_is_found(line: str) -> None:
    assert list(commands.line_problems(line, KNOWN))


@pytest.mark.parametrize(
    "line",
    [
        "ansible-playbook playbooks/deploy.yml -e \"deploy_reason='faster search'\" -e release=v1",
        "ansible-playbook playbooks/restart.yml [-e component=prometheus] [-e \"deploy_reason='…'\"] [--check]",
        "ansible-playbook echodiary.infra.deploy -i inventories/production -e \"deploy_reason='faster search'\" -e release=v1",
        "echodiary.infra.deploy_lock is held; ansible-playbook echodiary.infra.incident.db_locks --check shows by whom",
        "playbooks/incident/return-host.yml -e host={{ inventory_hostname }} lets it back in",
    ],
)
def test_what_works_is_left_alone(line: str) -> None:
    assert list(commands.line_problems(line, KNOWN)) == []
