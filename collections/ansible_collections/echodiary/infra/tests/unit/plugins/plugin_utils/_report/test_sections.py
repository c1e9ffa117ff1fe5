# SPDX-License-Identifier: GPL-3.0-or-later
"""What sections make of answers that are odd: nothing there, half of it there, worse than meant. Ordinary ones meet a real Prometheus in
tests/integration/report."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._cost.estimate import Estimate
from ansible_collections.echodiary.infra.plugins.plugin_utils._cost.estimate import Line as Price
from ansible_collections.echodiary.infra.plugins.plugin_utils._report import asking, compose, model
from ansible_collections.echodiary.infra.plugins.plugin_utils._report.sections import (
    alerts,
    availability,
    backups,
    certificates,
    cost,
    drift,
    growth,
    latency,
    logs,
    security,
    slow,
)
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._report import builders as build

Series = tuple[dict[str, str], float]
ASKING = (availability, latency, drift, alerts, backups, growth, slow, certificates)


def made(one: Any, plan: Any = None, **answers: Series | list[Series]) -> model.Section:
    """What is not named has no series."""
    plan = plan or build.plan()
    wanted = one.queries(plan)
    assert set(answers) <= set(wanted)
    once = [name for name, query in wanted.items() if not query.daily]
    points = {name: [asking.Point(*series) for series in _listed(answers.get(name, []))] for name in once}
    return told(one, plan, asking.Found(points, {name: [] for name in wanted if name not in once}, ""))


def told(one: Any, plan: Any, found: asking.Found, watched: Any = build.UNWATCHED) -> model.Section:
    made: model.Section = one.section(plan, found, watched) if one is drift else one.section(plan, found)
    return made


def _listed(given: Series | list[Series]) -> list[Series]:
    return given if isinstance(given, list) else [given]


@pytest.mark.parametrize("one", ASKING, ids=lambda one: one.KEY)
def test_nothing_there_is_unknown_or_absent_and_never_well(one: Any) -> None:
    found = made(one)
    assert found.state in ("unknown", "absent") or found.todos
    assert not [tile for tile in found.tiles if tile.state == "good" and "0" in tile.value and tile.label != "differed this week"]


@pytest.mark.parametrize("one", ASKING, ids=lambda one: one.KEY)
def test_without_an_answer_it_says_why(one: Any) -> None:
    found = told(one, build.plan(), asking.Found({}, {}, "Prometheus does not answer: refused"))
    assert (found.state, found.todos) == ("unknown", ()) and "refused" in found.said


def shop(failed: float) -> dict[str, Series]:
    proxy = {"proxy": "shop"}
    return {"answered": (proxy, 100_000.0), "failed": (proxy, failed), "nobody": ({}, 0.0)}


@pytest.mark.parametrize(("failed", "state", "used"), [(0, "good", 0), (500, "good", 100), (501, "bad", 100.2)])
def test_a_budget_is_used_up(failed: float, state: str, used: float) -> None:
    found = made(availability, **shop(failed))
    (service,) = found.figures["services"]  # type: ignore[misc, union-attr]
    assert (found.state, len(found.todos)) == (state, int(state == "bad"))
    assert service["budget_used"] == pytest.approx(used)  # type: ignore[index, call-overload]


def test_requests_without_a_probe_are_not_all_that_has_to_be_known() -> None:
    answers = {name: series for name, series in shop(0).items() if name != "nobody"}
    assert made(availability, **answers).state == "unknown"


def test_a_service_without_an_objective_has_no_budget() -> None:
    plan = build.plan(services=[{"component": "shop", "backend": "shop", "objectives": None, "trouble": ""}])
    found = made(availability, plan, **shop(5000))
    assert found.state == "good" and not found.todos
    assert [tile.state for tile in found.tiles if "budget" in tile.label] == ["absent"]


def test_five_times_as_many_failures_are_not_as_the_week_before() -> None:
    """Although those that were answered well are nearly as many."""
    proxy = {"proxy": "shop"}
    found = made(availability, **shop(250), answered_before=(proxy, 100_000.0), failed_before=(proxy, 50.0))
    assert "+400 % on the week before (0.050 %)" in found.tiles[0].note


@pytest.mark.parametrize(("within", "state"), [(98.9, "bad"), (99.0, "good")])
def test_latency_is_held_against_its_objective(within: float, state: str) -> None:
    found = made(latency, p95=({"job": "shop"}, 0.2), within_shop=({}, within))
    assert (found.state, len(found.todos)) == (state, int(state == "bad"))


def test_alerts_that_fire_now_are_to_be_seen_to() -> None:
    one = {"alertname": "HostDisk", "severity": "critical"}
    found = made(alerts, minutes=(one, 30.0), times=(one, 1.0), now=(one, 2.0), judged=({}, 1.0))
    assert [todo.urgent for todo in found.todos] == [True]


def test_an_alert_that_fires_often_is_mended_at_its_cause() -> None:
    one = {"alertname": "HostCpu", "severity": "warning"}
    assert not made(alerts, minutes=(one, 30.0), times=(one, 4.0), judged=({}, 1.0)).todos
    assert made(alerts, minutes=(one, 30.0), times=(one, 5.0), judged=({}, 1.0)).todos


def test_a_fleet_that_nobody_judges_is_not_in_order() -> None:
    found = made(drift, age=({}, 1000.0), now=({}, 0.0))
    assert found.state == "bad" and "1" in found.todos[0].text
    assert made(drift, age=({}, 60.0), now=({}, 0.0)).state == "good"


def test_components_that_keep_moving_are_counted() -> None:
    found = made(drift, age=({}, 60.0), now=({}, 3.0), flapping=({}, 2.0))
    assert (found.figures["flapping"], found.figures["now"]) == (2.0, 3.0)
    assert "2 components" in found.todos[0].text


LOOKED: Any = {
    "looked": "2026-11-28T00:00:00Z",
    "differing": [{"host": "app1", "component": "haproxy", "resource": "file /etc/x", "since": "2026-11-27T10:00:00Z", "who": "somebody"}],
    "heals": [{"time": "2026-11-26T10:00:00Z", "outcome": "done", "where": ["app1/haproxy"], "reason": "heal to abc"}],
    "troubles": [],
}


@pytest.mark.parametrize("trouble", ["", "Prometheus is away"])
def test_what_lies_in_files_is_told_without_prometheus(trouble: str) -> None:
    points: Any = {} if trouble else {name: [] for name in drift.queries(build.plan())}
    found = told(drift, build.plan(), asking.Found(points, {}, trouble), LOOKED)
    cells = [cell for table in found.tables for row in table.rows for cell in row]
    assert "somebody" in cells and "app1/haproxy" in cells
    assert (found.figures["differing"], found.figures["heals"]) == (1, 1)
    assert found.state == ("unknown" if trouble else "bad")


def test_a_fleet_that_only_somebody_looked_at_is_not_called_well() -> None:
    points: Any = {name: [] for name in drift.queries(build.plan())}
    assert told(drift, build.plan(), asking.Found(points, {}, ""), {**LOOKED, "differing": []}).state == "unknown"


DATABASE = {"backup_job": "database", "component": "shop", "instance": "app1"}


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"age": (DATABASE, 90_000.0)}, []),
        ({"age": (DATABASE, 94_000.0)}, ["run database"]),
        ({"allowed": ({"backup_job": "database"}, 93_600.0)}, ["infra.backup"]),
        ({"age": (DATABASE, 60.0), "test_ok": ({"backup_job": "database"}, 0.0)}, ["restore-test database"]),
        ({"age": (DATABASE, 60.0), "tested": ({"backup_job": "database"}, 1.0)}, ["restore-test database"]),
        ({"age": (DATABASE, 60.0), "read_ok": ({}, 0.0)}, ["infra.backups"]),
    ],
)
def test_a_backup_that_is_not_as_meant_has_a_command(answers: Any, said: list[str]) -> None:
    found = made(backups, **answers)
    assert len(found.todos) == len(said)
    assert all(part in todo.command for part, todo in zip(said, found.todos, strict=True))


def test_a_job_that_moved_has_the_age_of_its_newest() -> None:
    found = made(backups, age=[(DATABASE, 900_000.0), ({**DATABASE, "instance": "app2"}, 60.0)])
    assert not found.todos
    assert [one["host"] for one in found.figures["backups"]] == ["app2"]  # type: ignore[union-attr, index, call-overload]


@pytest.mark.parametrize(("days", "urgent"), [(6.9, [True]), (29.0, [False]), (31.0, [])])
def test_a_disk_that_fills(days: float, urgent: list[bool]) -> None:
    disk = {"instance": "app1", "device": "/dev/vda1"}
    found = made(growth, used=(disk, 50.0), a_day=(disk, 1e9), days=(disk, days))
    assert [todo.urgent for todo in found.todos] == urgent


def test_a_query_that_is_named_by_somebody_is_no_command() -> None:
    by = {"datname": "shop", "user": "shop", "queryid": "1; DROP TABLE x"}
    (todo,) = made(slow, mean=(by, 2.0), calls=(by, 3.0)).todos
    assert "DROP" not in todo.command


@pytest.mark.parametrize(("share", "days", "late"), [(34.0, 20, False), (33.0, 20, True)])
def test_a_certificate_that_should_have_been_renewed(share: float, days: float, late: bool) -> None:
    host = {"instance": "app1"}
    assert bool(made(certificates, left=(host, 86_400.0 * days), share=(host, share)).todos) is late


def test_one_that_only_a_probe_saw_is_late_two_weeks_before_its_end() -> None:
    assert made(certificates, probed=({"instance": "app1"}, 13 * 86_400.0)).todos
    assert not made(certificates, probed=({"instance": "app1"}, 15 * 86_400.0)).todos


def checked(*severities: str, at: str = "2026-11-28T00:00:00Z") -> Any:
    findings = [{"id": f"x:{number}", "host": "app1", "severity": one, "text": "t", "mend": "m"} for number, one in enumerate(severities)]
    return {
        "schema": 1, "environment": "production", "at": at, "findings": findings, "allowed": [], "carried": [], "new": [], "gone": [],
        "unchecked": [], "unmatched": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("document", "todos"),
    [
        (checked(), 0), (checked("low", "info"), 0), (checked("medium", "medium"), 1), (checked("critical", "medium"), 2),
        (checked(*["high"] * 5), 4), (checked(at="2026-11-01T00:00:00Z"), 1), (None, 1),
    ],
)  # fmt: skip
def test_findings_and_old_checks_are_to_be_seen_to(document: Any, todos: int) -> None:
    assert len(security.section(build.plan(), document, "").todos) == todos


def test_findings_are_counted_as_they_are_listed() -> None:
    document = {
        **checked("high", "high", "low"), "new": ["app1 x:0"], "gone": ["app1 y", "app1 z"], "allowed": [{}],
        "unchecked": [{"check": "ports", "host": "app2", "why": "away"}],
    }  # fmt: skip
    found = security.section(build.plan(), document, "")  # type: ignore[arg-type]
    assert {name: found.figures[name] for name in ("findings", "new", "unchecked")} == {
        "findings": {"high": 2, "low": 1}, "new": 1, "unchecked": 1,
    }  # fmt: skip
    assert found.said == "2 high, 1 low, 24 h 0 min ago; 1 new, 2 gone, 1 let be"


def test_a_security_report_that_cannot_be_read_is_unknown() -> None:
    assert security.section(build.plan(), None, "it is damaged").state == "unknown"


@pytest.mark.parametrize(
    ("usd", "budget", "state"),
    [("10", "20", "good"), ("30", "20", "bad"), (None, "20", "unknown"), ("30", None, "good")],
)
def test_cost_against_its_budget(usd: str | None, budget: str | None, state: str) -> None:
    line = Price("instance", Decimal(1), None if usd is None else Decimal(usd))
    found = cost.section(build.plan(), Estimate("production", [line], [], None if budget is None else Decimal(budget)), "")
    assert (found.state, len(found.todos)) == (state, int(state == "bad"))


def test_cost_is_what_was_estimated() -> None:
    lines = [Price("instance", Decimal(2), Decimal("30.10")), Price("disk", Decimal(40), Decimal("3.20"))]
    found = cost.section(build.plan(), Estimate("production", lines, [], Decimal(40)), "")
    assert found.figures == {"usd": 33.3, "budget": 40.0, "unknown": []}
    assert [row[2] for table in found.tables for row in table.rows] == ["30.10", "3.20"]
    assert found.said.startswith("33.30 USD a month as declared")


def test_an_account_that_is_not_declared_is_nobodys_trouble() -> None:
    assert cost.section(build.plan(), None, "").state == "absent"
    assert cost.section(build.plan(), None, "no prices of mars-1").state == "unknown"


def test_log_errors() -> None:
    plan = build.plan(logs="http://127.0.0.1:9428")
    lines = '{"_msg":"timeout after <N> ms","hits":"12"}\n{"_msg":"refused","hits":"3"}\n'
    found = logs.section(plan, build.said(lines))  # type: ignore[arg-type]
    assert [row for table in found.tables for row in table.rows] == [("12", "timeout after <N> ms"), ("3", "refused")]
    for answer in (None, build.said("no", 500), build.said("{"), {"status": 0, "text": "refused", "milliseconds": 1}):
        assert logs.section(plan, answer).state == "unknown"  # type: ignore[arg-type]
    assert (logs.section(build.plan(), None).state, logs.section(build.plan(), None).said) == ("absent", "no log store")


def test_one_section_that_breaks_costs_no_other() -> None:
    broken: Any = {"component": "shop", "entries": [{"kind": "deploy"}], "trouble": ""}
    odd = {**checked("medium"), "at": "never"}
    known = compose.Known({"trouble": "away"}, [broken], {}, odd, "", None, "", build.UNWATCHED)  # type: ignore[arg-type]
    found = {one.key: one for one in compose.report(build.plan(), known).sections}
    assert found["security"].state == "unknown" and "cannot be read" in found["security"].said
    assert found["cost"].state == "absent" and len(found) == 12
