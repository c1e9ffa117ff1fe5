# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are told to type when something is wrong exists, and everything that is there for that is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OPERATIONS = ROOT / "docs/operations.md"
ROLES = ROOT / "collections/ansible_collections/echodiary/infra/roles"
DOCUMENTS = [OPERATIONS, ROOT / "docs/runbooks/README.md", *sorted(ROLES.glob("*/monitoring/runbooks/*.md"))]
INCIDENTS = ROOT / "collections/ansible_collections/echodiary/infra/playbooks/incident"
#: shared by the playbooks, and none itself
SHARED = {"vars"}

_NAME = re.compile(r"echodiary\.infra\.incident\.(\w+)")
_CELL = re.compile(r"`([a-z_]+)`")


def section(title: str) -> str:
    return OPERATIONS.read_text(encoding="utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def cells(table: str, column: int) -> set[str]:
    rows = [line.split("|") for line in table.splitlines() if line.startswith("|")]
    return {name for row in rows[2:] for name in _CELL.findall(row[column])}


def playbooks() -> set[str]:
    return {path.stem for path in INCIDENTS.glob("*.yml")} - SHARED


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_every_playbook_that_is_named_exists(document: Path) -> None:
    assert set(_NAME.findall(document.read_text(encoding="utf-8"))) - playbooks() == set()


def test_every_incident_playbook_is_told_with_its_symptom() -> None:
    assert cells(section("Which playbook"), 2) == playbooks()


def test_alerts_lead_to_playbooks_that_exist() -> None:
    assert cells(section("Alert to playbook"), 2) - playbooks() == set()


def test_alerts_lead_to_their_runbooks() -> None:
    linked = re.findall(r"\((\S+/runbooks/\w+\.md)\)", section("Alert to playbook"))
    assert [name for name in linked if not (OPERATIONS.parent / name).is_file()] == []
    assert linked


@pytest.mark.parametrize("runbook", DOCUMENTS[1:], ids=lambda runbook: runbook.stem)
def test_a_runbook_and_the_table_name_the_same_playbooks(runbook: Path) -> None:
    """A runbook may be shorter than its row, but it must not lead elsewhere. One that came with another component may have none."""
    row = next((line for line in section("Alert to playbook").splitlines() if f"runbooks/{runbook.name}" in line), "")
    named = set(_NAME.findall(runbook.read_text(encoding="utf-8")))
    assert not row or named <= set(_CELL.findall(row)), f"{runbook.name} is in a row without {', '.join(sorted(named))}"


@pytest.mark.parametrize("playbook", sorted(playbooks()))
def test_a_playbook_says_at_its_top_how_it_is_called(playbook: str) -> None:
    head = (INCIDENTS / f"{playbook}.yml").read_text(encoding="utf-8").partition("\n- name")[0]
    assert f"# ansible-playbook echodiary.infra.incident.{playbook}" in head
    assert "[--check]" in head
