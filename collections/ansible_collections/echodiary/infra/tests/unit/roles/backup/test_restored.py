# SPDX-License-Identifier: GPL-3.0-or-later
"""What a restored database is judged by."""

from __future__ import annotations

import json
from typing import Any

import pytest
from echodiary_backup import config, content, metrics, release, restore_test, throwaway
from echodiary_backup.content import Content

LIVE = Content({"public.orders": 1000, "public.notes": 12}, "0005", 7, 0)


def test_as_it_lives_it_is_good_and_a_day_of_work_may_lack() -> None:
    assert content.faults(LIVE, LIVE, 0.9) == []
    assert content.faults(LIVE._replace(tables={"public.orders": 950, "public.notes": 0}), LIVE, 0.9) == []
    assert content.faults(LIVE._replace(tables={**LIVE.tables, "public.gone": 5}), LIVE, 0.9) == [], "dropped since then"


@pytest.mark.parametrize(
    ("restored", "check", "said"),
    [
        (LIVE._replace(tables={"public.notes": 12}), "tables", "public.orders lives and is not in the snapshot"),
        (LIVE._replace(tables={**LIVE.tables, "public.orders": 500}), "rows", "public.orders has 500 of 1000 rows, less than 90%"),
        (LIVE._replace(revision="0004"), "revision", "at revision 0004, and what lives at 0005"),
        (LIVE._replace(constraints=5), "constraints", "2 of 7 constraints are not in it"),
        (LIVE._replace(invalid=1), "indexes", "1 indexes are invalid"),
    ],
)
def test_each_fault_has_a_name(restored: Content, check: str, said: str) -> None:
    (fault,) = content.faults(restored, LIVE, 0.9)
    assert fault.check == check and said in fault.words


def test_where_nobody_lives_what_is_there_is_judged() -> None:
    assert content.faults(LIVE, None, 0.9) == []
    assert [one.check for one in content.faults(Content({}, "", 0, 0), None, 0.9)] == ["tables"]


def test_what_psql_says_is_read() -> None:
    lines = [["table", 'public."Odd | name"', 3], ["revision", "", None], ["constraints", "", 2], ["invalid", "", 0]]
    assert content.read("\n".join(map(json.dumps, lines))) == Content({'public."Odd | name"': 3}, "", 2, 0)


def test_the_server_has_no_network_and_ends_by_itself() -> None:
    words = throwaway.command("x", "postgres:17")
    assert words[words.index("--network") + 1] == "none" and words[-4:-2] == ["timeout", "postgres:17"] and int(words[-2]) <= 86400


def test_metrics_of_one_name_stand_together() -> None:
    told = metrics.text(
        {"environment": "e"}, [metrics.Metric("ok", "h.", 1, {"check": "rows"}), metrics.Metric("ok", "h.", 0, {"check": "tables"})]
    )
    lines = told.splitlines()
    assert lines[0].startswith("# HELP") and lines[1].startswith("# TYPE") and len(lines) == 4
    assert lines[3] == 'echodiary_backup_ok{environment="e",check="tables"} 0'


def test_a_release_that_was_not_tried_is_a_fault_where_it_is_required() -> None:
    untried, off = release.Tried(None, "no image"), release.Tried(None, "")
    assert restore_test.smoke(release.Tried(True, "well"), required=True) == []
    assert restore_test.smoke(untried, required=False) == restore_test.smoke(off, required=False) == []
    (fault,) = restore_test.smoke(untried, required=True)
    assert (fault.check, fault.words) == ("smoke", "no release was tried on it: no image")
    (fault,) = restore_test.smoke(release.Tried(False, "it ended"), required=False)
    assert (fault.check, fault.words) == ("smoke", "it ended")


def test_only_databases_are_tried() -> None:
    jobs: Any = {"jobs": {"files": {"kind": "path"}}, "host": "app1"}
    with pytest.raises(config.BackupError, match="what is restored and counted is a database"):
        restore_test.restore_test(jobs, "files")
