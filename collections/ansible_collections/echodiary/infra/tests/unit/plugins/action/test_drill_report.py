# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.echodiary.infra.plugins.action import drill_report
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

PHASES = [{"name": "loss", "at": 1000.0}, {"name": "site", "at": 1010.0}, {"name": "back", "at": 1130.0}]
TABLES = {"public.entries": 100}


def report(path: Path | None = None, **given: Any) -> dict[str, Any]:
    counts = {"before": {"tables": TABLES, "rows": 100, "revision": "1"}, "after": {"tables": TABLES, "rows": 90, "revision": "1"}}
    known = {"environment": "staging", "loss": "database", "phases": PHASES, "snapshot": "1970-01-01T00:10:00Z", **counts}
    return Rig(drill_report).run(**{**known, **({"path": str(path)} if path else {}), **given})


def test_what_was_measured_is_returned_and_said() -> None:
    found = report()
    assert (found["rto"], found["rpo"], found["rows_lost"], found["steps"]) == (130.0, 400.0, 10, {"loss": 10.0, "site": 120.0})
    assert found["msg"] == "database of staging: back after 2 min 10 s, as it was 6 min before, 10 rows lost"
    assert not found["changed"]


def test_a_page_is_made_and_the_same_figures_leave_it(tmp_path: Path) -> None:
    page = tmp_path / "dr.md"
    assert report(page)["changed"] and "| staging | database |" in page.read_text()
    assert not report(page)["changed"]


def test_a_check_shows_and_writes_nothing(tmp_path: Path) -> None:
    found = report(tmp_path / "dr.md", check=True, diff=True)
    assert found["changed"] and "staging" in found["diff"]["after"] and list(tmp_path.iterdir()) == []


def test_too_slow_is_written_and_fails(tmp_path: Path) -> None:
    page = tmp_path / "dr.md"
    found = report(page, goal=2)
    assert found["failed"] and "more than the 2 min" in found["msg"] and "2 min 10 s" in page.read_text()
    assert not report(page, goal=3).get("failed")


def test_a_table_that_is_gone_fails() -> None:
    found = report(after={"tables": {}, "rows": 0, "revision": ""})
    assert found["failed"] and "public.entries" in found["msg"]


def test_a_page_of_something_else_is_left_and_the_figures_are_told(tmp_path: Path) -> None:
    page = tmp_path / "dr.md"
    page.write_text("words")
    with pytest.raises(AnsibleActionFail, match=r"back after 2 min 10 s.*could not be written"):
        report(page)
    assert page.read_text() == "words"


def test_without_an_end_nothing_is_measured() -> None:
    with pytest.raises(AnsibleActionFail, match="nothing was measured"):
        report(phases=PHASES[:1])
