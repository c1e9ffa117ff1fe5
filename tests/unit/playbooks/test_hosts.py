# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks of an inventory that calls its groups otherwise, run from a directory of one's own: none ends well without having done it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
HOST = {
    "ansible_connection": "local",
    "ansible_become": False,
    "ansible_python_interpreter": sys.executable,
    "components": ["web"],
    "echodiary_environment": "home",
    "echodiary_secrets_source": "inventory",
}


def run(place: Path, groups: dict[str, list[str]], *words: str, **others: Any) -> subprocess.CompletedProcess[str]:
    """``others``: what a host has otherwise."""
    inventory = {group: {"hosts": {name: {**HOST, **others.get(name, {})} for name in names}} for group, names in groups.items()}
    (place / "hosts.yml").write_text(yaml.safe_dump(inventory))
    role = place / "roles/web/component.yml"
    role.parent.mkdir(parents=True, exist_ok=True)
    role.write_text("release: {service: web, slots: {blue: 8001, green: 8002}}\n")
    environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "PWD": str(place), "NO_COLOR": "1"}
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "hosts.yml", *words]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("playbook", ["lock", "unlock"])
def test_a_lease_is_taken_where_there_is_no_group_of_that_name(tmp_path: Path, playbook: str) -> None:
    done = run(tmp_path, {"web": ["one", "two"]}, f"echodiary.infra.{playbook}", "--check", "-e", "reason=x")
    assert (done.returncode, "one  " in done.stdout) == (0, True), done.stdout + done.stderr


@pytest.mark.parametrize("playbook", ["backup", "backups", "restore"])
def test_a_run_that_reaches_nobody_fails(tmp_path: Path, playbook: str) -> None:
    done = run(
        tmp_path, {"app": ["one"], "other": ["two"]}, f"echodiary.infra.{playbook}", "--check", "--limit", "two", two={"components": []}
    )
    assert done.returncode != 0
    assert "none of one is among the hosts of this run (two)" in done.stdout


def test_a_file_is_written_where_it_was_typed(tmp_path: Path) -> None:
    done = run(tmp_path, {"web": ["one"]}, "echodiary.infra.history", "-e", "history_file=told.json")
    assert (tmp_path / "told.json").is_file(), done.stdout + done.stderr
