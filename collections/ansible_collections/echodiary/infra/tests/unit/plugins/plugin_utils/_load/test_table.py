# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._load import table
from ansible_collections.echodiary.infra.plugins.plugin_utils._load.shapes import Kept

COMMAND = "ansible-playbook echodiary.infra.load -i inv"
LINE = {
    "part": "rate", "edge": "app1", "step": "/entries", "requests": 1200, "rate": 20.0, "errors": {}, "limited": 0, "p50": 0.0042,
    "p95": 0.02, "p99": 0.03, "within": 1.0,
}  # fmt: skip
WELL: Any = {
    "lines": [LINE], "totals": [{**LINE, "edge": "all", "step": "all"}], "saturated": [], "rows": None, "missed": [], "stopped": "",
    "rate": 20.0, "users": 10,
}  # fmt: skip


def kept(**changed: Any) -> Kept:
    found: Kept = {**WELL, **changed}
    return found


def total(**changed: Any) -> list[dict[str, Any]]:
    return [{**WELL["totals"][0], **changed}]


def test_the_table_is_one_line_for_each() -> None:
    head, line, _all = table.table(kept())
    assert head.split() == ["part", "edge", "step", "requests", "/s", "p50", "p95", "p99", "errors"]
    assert line.split() == ["rate", "app1", "/entries", "1,200", "20.0", "4.2", "ms", "20", "ms", "30", "ms", "0"]


def test_nothing_answered_has_no_latency() -> None:
    line = table.table(kept(lines=[{**LINE, "p50": None, "p95": None, "p99": None, "errors": {"connection refused": 1200}}]))[1]
    assert line.split()[-4:] == ["-", "-", "-", "1,200"]


def test_what_went_wrong_is_told_by_kind_and_what_was_turned_away_apart() -> None:
    said = table.below(kept(totals=total(errors={"HTTP 503": 3}, limited=40)), [], "")
    assert said[0] == "errors, rate: 3 x HTTP 503"
    assert said[1] == "turned away, rate: 40 of 1,200 by the edge's limit per client (429), no errors of the application"


def test_prometheus_may_be_silent() -> None:
    assert table.below(kept(), [], "it is away") == ["what was short: unknown, it is away"]
    short = [{"reason": "processor", "where": "app1", "share": 0.97}, {"reason": "processor", "where": "app2", "share": 0.5}]
    assert table.below(kept(saturated=short), [], "") == ["what was short: processor of app1 97 %"]
    assert table.below(kept(saturated=short[1:]), [], "") == ["what was short: nothing; processor of app2 50 %"]


def test_rows_are_counted_and_one_that_was_acknowledged_and_is_not_there_is_lost() -> None:
    rows = {"written": 10, "found": 10, "removed": 10, "left": 0, "trouble": ""}
    assert table.below(kept(rows=rows), [], "x")[1:] == ["rows: 10 written, 10 removed, 0 left"]
    assert table.below(kept(rows={**rows, "found": 8, "removed": 8}), [], "x")[-1] == "LOST: 2 rows that were acknowledged are not there"
    assert "not counted written" in table.below(kept(rows={**rows, "written": None}), [], "x")[1]


def test_the_last_line_says_what_to_do() -> None:
    short = [{"reason": "processor", "where": "app1", "share": 0.97}]
    left = {"written": 10, "found": 10, "removed": 7, "left": 3, "trouble": ""}
    assert f"{COMMAND} -e load_rate=40 -e load_users=20" in table.next_step(kept(), COMMAND)
    assert f"{COMMAND} -e load_rate=2000 -e load_users=500" in table.next_step(kept(rate=1500.0, users=400), COMMAND)
    assert "the first end is processor of app1 97 %: larger or more hosts" in table.next_step(kept(saturated=short), COMMAND)
    assert f"{COMMAND} -e load_seconds=0" in table.next_step(kept(rows=left), COMMAND)
    assert "processor of app1 97 %: larger or more hosts" in table.next_step(kept(missed=["x"], saturated=short, rows=left), COMMAND)
    assert "slow statements" in table.next_step(kept(missed=["x"]), COMMAND)
    assert "the edge limits each client" in table.next_step(kept(totals=total(limited=100), missed=["x"]), COMMAND)
    assert "incident.diagnose" in table.next_step(kept(stopped="it was stopped, since all failed", missed=["x"]), COMMAND)
    assert "nothing was sent" in table.next_step(kept(totals=[]), COMMAND)
