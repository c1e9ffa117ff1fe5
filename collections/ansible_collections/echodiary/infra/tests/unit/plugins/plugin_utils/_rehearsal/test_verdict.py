# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured, and whether it may happen to production."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic.findings import Allowance
from ansible_collections.echodiary.infra.plugins.plugin_utils._rehearsal import verdict, words

LIMITS = verdict.Limits(500, 60, False)


def measured(**more: Any) -> Any:
    waited = {"ms": 3, "table": "entries"}
    return {
        "revision": "0005", "message": "", "seconds": 0.1, "reader": waited, "writer": waited, "reads": 9, "writes": 9, "lock": None,
        "changed": [], "error": None, **more,
    }  # fmt: skip


def judged(one: Any, limits: verdict.Limits = LIMITS, *allowed: Allowance, pending: tuple[str, ...] = ()) -> Any:
    return verdict.judge([one], pending, limits, allowed)[0]


def allowance(rule: str, direction: str = "up") -> Allowance:
    return Allowance("0005", rule, "said so", direction)


LONG = {"ms": 900, "table": "entries"}
FAULTS = {
    "readers": (measured(reader=LONG), "rehearsed-wait"),
    "writers": (measured(writer=LONG), "rehearsed-wait"),
    "a lock that no probe met": (measured(lock={"mode": "AccessExclusiveLock", **LONG}), "rehearsed-wait"),
    "duration": (measured(seconds=61.0), "rehearsed-duration"),
    "rows": (measured(changed=[{"table": "entries", "before": 8, "after": 4}]), "rehearsed-rows"),
    "a table that is gone": (measured(changed=[{"table": "entries", "before": 8, "after": None}]), "rehearsed-rows"),
}


@pytest.mark.parametrize(("one", "rule"), FAULTS.values(), ids=FAULTS)
def test_what_is_too_much_is_refused_until_its_rule_is_allowed(one: Any, rule: str) -> None:
    found = judged(one)
    assert found["verdict"] == "refused" and rule in found["why"][0]
    assert judged(one, LIMITS, allowance(rule))["verdict"] == "allowed"
    assert judged(one, LIMITS, allowance(rule, "down"), allowance("other"))["verdict"] == "refused"
    assert judged(one, pending=("0006",))["verdict"] == "before", "production has it already"


def test_what_nobody_waits_for_passes() -> None:
    assert judged(measured())["verdict"] == "passed"
    grown = measured(changed=[{"table": "entries", "before": 8, "after": 9}])
    assert judged(grown)["verdict"] == "passed" and "8 -> 9" in words.line(judged(grown), "")
    assert judged(FAULTS["rows"][0], LIMITS._replace(lost_rows=True))["verdict"] == "passed"


def test_readers_do_not_wait_for_who_only_keeps_writers_out() -> None:
    found = judged(measured(lock={"mode": "ShareLock", **LONG}))
    assert (found["readers"]["ms"], found["writers"]["ms"], found["verdict"]) == (3, 900, "refused")
    assert "CONCURRENTLY" in found["why"][0]


def test_one_that_fails_cannot_be_allowed() -> None:
    failed = measured(error={"kind": "ended", "text": "no end"})
    assert judged(failed, LIMITS, *map(allowance, ("rehearsed-wait", "rehearsed-rows")), pending=("0006",))["verdict"] == "refused"


def test_what_is_printed_works() -> None:
    """The limit that is named lets it pass."""
    (text,) = judged(measured(reader={"ms": 2675, "table": "entries"}))["why"]
    enough = int(text.split("deploy_rehearse_max_wait=")[1].split(",")[0])
    assert judged(measured(reader={"ms": 2675, "table": "entries"}), LIMITS._replace(wait=enough))["verdict"] == "passed"


def test_one_line() -> None:
    dump: Any = {"source": "store", "id": "n", "timestamp": 1000, "size": 1, "sha256": ""}
    where = words.data(dump, 127_200, 1000 + 7 * 3600)
    line = words.line(judged(measured(seconds=2.7, reader={"ms": 2675, "table": "entries"})), f"on {where} ")
    assert line.startswith("0005 ran on last night's data (7 h old, 127,200 rows) in 2.7 s; readers waited up to 2,675 ms")
    assert words.data(dump, 1, 1000 + 27 * 3600).startswith("the newest dump (n)")
