# SPDX-License-Identifier: GPL-3.0-or-later
"""No number of a report goes unchecked: each is reckoned anew in test_report.py, or here; one that is new has to come with its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._report import model

from tests.integration.report import planted, recorded, weeks
from tests.integration.report.planted import END, QUIET_END
from tests.integration.report.recorded import Weeks

NEARLY = 1e-3
BUCKETS = "http_request_duration_seconds_bucket"
#: test_report.py reckons these
THERE = {
    "availability": "services[].answered services[].failed services[].percent services[].percent_before services[].budget_used"
    " nobody_minutes unreached_minutes.app1 unreached_minutes.app2",
    "latency": "services[].now.p50 services[].now.p95 services[].now.p99 services[].before.p95 services[].within",
    "deploys": "shop.deploys shop.succeeded shop.failed shop.taken_back shop.partial shop.deploys_before shop.lead[]"
    " shop.failures[].restored_seconds",
    "alerts": "alerts[].times alerts[].minutes alerts[].now",
    "drift": "where[].minutes origins.corrective healed heal_failed now age",
    "backups": "backups[].age backups[].allowed backups[].test_age backups[].test_seconds",
    "growth": "disks[].used disks[].a_day disks[].days databases[].size databases[].grown",
    "slow": "queries[].mean queries[].calls",
    "certificates": "certificates[].left certificates[].share",
}
#: unit tests do, of what is not in these weeks
UNIT = {"deploys": "shop.refused shop.rollbacks", "drift": "flapping differing heals", "security": "new unchecked"}


def before(week: Weeks, part: float) -> float:
    earlier = Weeks(week.url, QUIET_END)
    return recorded.quantile(part, {bound: earlier.grown(f'{BUCKETS}{{le="{bound}"}}') for bound in planted.BUCKETS})


def firing(week: Weeks) -> int:
    """Minutes, of all alerts together."""
    every = ("HealthCheckFailing", "HostDisk")
    return sum(sum(week.there(f'ALERTS{{alertname="{name}",alertstate="firing"}}')) for name in every)


HERE: dict[str, Callable[[Weeks], float]] = {
    "availability services[].objective": lambda _: float(weeks.SERVICE["objectives"]["availability_percent"]),
    "latency services[].before.p50": lambda week: before(week, 0.5),
    "latency services[].before.p99": lambda week: before(week, 0.99),
    "latency services[].limit": lambda _: float(weeks.SERVICE["objectives"]["latency_seconds"]),
    "latency services[].objective": lambda _: float(weeks.SERVICE["objectives"]["latency_percent"]),
    "alerts minutes_before": lambda week: firing(Weeks(week.url, QUIET_END)),
    "backups read_ok": lambda week: week.last("echodiary_backup_read_ok"),
    "certificates certificates[].failures": lambda week: week.last("edge_certificate_failures"),
    "security age": lambda _: planted.DAY,
}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Numbers, by where they stand; of a list all stand in the same place."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, f"{path}.{name}" if path else str(name))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from leaves(one, f"{path}[]")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path, value


def numbers(report: model.Report) -> list[tuple[str, float]]:
    return [(f"{one.key} {path}", value) for one in report.sections for path, value in leaves(dict(one.figures))]


def named(places: dict[str, str]) -> set[str]:
    return {f"{key} {path}" for key, paths in places.items() for path in paths.split()}


def test_no_number_is_new(bad: model.Report) -> None:
    found = {path for path, _ in numbers(bad)}
    assert found - named(THERE) - named(UNIT) - set(HERE) == set()
    assert (named(THERE) | set(HERE)) - found == set(), "and none is gone that is checked"


def test_what_is_reckoned_nowhere_else(prometheus: str, bad: model.Report) -> None:
    week = Weeks(prometheus, END)
    told = [(path, value) for path, value in numbers(bad) if path in HERE]
    assert {path for path, _ in told} == set(HERE)
    for path, value in told:
        assert value == pytest.approx(HERE[path](week), rel=NEARLY), path


def test_tiles_show_what_was_reckoned(prometheus: str, bad: model.Report) -> None:
    week, earlier = Weeks(prometheus, END), Weeks(prometheus, QUIET_END)
    answers, errors = "haproxy_backend_http_responses_total", 'haproxy_backend_http_responses_total{code="5xx"}'
    failed, failed_before = (100 * one.grown(errors) / one.grown(answers) for one in (week, earlier))
    grown = {bound: week.grown(f'{BUCKETS}{{le="{bound}"}}') for bound in planted.BUCKETS}
    half, most = (recorded.quantile(part, grown) for part in (0.5, 0.95))
    within = 100 * week.grown(f'{BUCKETS}{{le="1.0"}}') / week.grown(f'{BUCKETS}{{le="+Inf"}}')
    said = {tile.label: (tile.value, tile.note) for one in bad.sections for tile in one.tiles}
    value, note = said["shop: answered well"]
    assert value == f"{100 - failed:.3f} %" and f"{failed:.3f} % failed, +{100 * (failed / failed_before - 1):.0f} %" in note
    assert said["shop: error budget used"][0] == f"{100 * failed / 0.5:.0f} %"
    assert said["shop: p50"][0] == f"{1000 * half:.0f} ms" and said["shop: p95"][0] == f"{1000 * most:.0f} ms"
    assert said["shop: within 1 s"][0] == f"{within:.2f} %"
    assert said["together"][0] == f"{firing(week)} min" and said["alerts that fired"][0] == "2" and said["fire now"][0] == "0"
    assert said["reached by no probe"][0] == "20 min" and said["put right by the watcher"] == ("2", "1 tries failed")
    assert said["shop: lead time"][0] == "2 h 0 min" and said["shop: time to restore"][0] == "12 min"
