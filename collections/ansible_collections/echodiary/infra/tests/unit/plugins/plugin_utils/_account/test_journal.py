# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

from ansible_collections.echodiary.infra.plugins.plugin_utils._account.journal import Journal
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Change, Resource

CHANGE = Change(Resource("part", "p"), "create", {})


def test_a_run_that_came_to_its_end_was_not_cut_off(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "new" / "account.jsonl")
    assert journal.cut_off() is None
    journal.opens()
    journal.begins(CHANGE)
    journal.ends(CHANGE)
    journal.closes("applied")
    assert journal.cut_off() is None


def test_the_step_at_which_one_was_cut_off_is_known(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "account.jsonl")
    journal.opens()
    journal.begins(CHANGE)
    line = journal.cut_off()
    assert line is not None and line["resource"] == "part:p" and line["action"] == "create"


def test_nobody_else_reads_it(tmp_path: Path) -> None:
    Journal(tmp_path / "account.jsonl").opens()
    assert (tmp_path / "account.jsonl").stat().st_mode & 0o77 == 0


def test_one_that_left_nothing_to_do_is_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "account.jsonl")
    journal.is_well()
    assert not (tmp_path / "account.jsonl").exists()
    journal.opens()
    journal.is_well()
    assert journal.cut_off() is None
