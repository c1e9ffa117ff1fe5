# SPDX-License-Identifier: GPL-3.0-or-later
"""First seen stays first seen: over checks, over hosts that are away for a while, and not beyond the repair."""

from __future__ import annotations

import dataclasses

from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import collect, model, since
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._drift import builders as build

T = [f"2026-11-21T12:0{minute}:00Z" for minute in range(6)]


def at(report: model.Report, time: str) -> model.Report:
    return dataclasses.replace(report, time=time)


def run(*reports: model.Report) -> model.Report:
    """Several checks in a row, each with what the ones before remembered."""
    memory = since.empty()
    for report in reports:
        report = since.aged(report, memory)
        memory = since.remembered(report, memory)
    return report


def first(report: model.Report) -> dict[str, str]:
    return {f"{host.name} {found.resource}": found.since for host, _, found in report.differing()}


DRIFT = build.report({"app1": build.result(build.entry("a", build.change("file:/a")))})
MORE = build.report({"app1": build.result(build.entry("a", build.change("file:/a"), build.change("file:/b")))})
CLEAN = build.report({"app1": build.result(build.entry("a"))})


def test_a_difference_keeps_the_time_it_was_first_seen() -> None:
    assert first(run(at(DRIFT, T[0]), at(MORE, T[1]), at(MORE, T[2]))) == {"app1 file:/a": T[0], "app1 file:/b": T[1]}


def test_what_was_repaired_and_drifts_again_is_new() -> None:
    assert first(run(at(DRIFT, T[0]), at(CLEAN, T[1]), at(DRIFT, T[2]))) == {"app1 file:/a": T[2]}


def test_a_host_that_was_away_has_forgotten_nothing() -> None:
    away = collect.Collected()
    away.unreachable("app1", {"msg": "timed out"})
    gone = dataclasses.replace(DRIFT, hosts=away.hosts())
    elsewhere = build.report({"app2": build.result(build.entry("a"))})
    last = run(at(DRIFT, T[0]), at(gone, T[1]), at(elsewhere, T[2]), at(DRIFT, T[3]))
    assert first(last) == {"app1 file:/a": T[0]}
    assert last.last_verdict == T[3]
    assert run(at(DRIFT, T[0]), at(gone, T[1])).last_verdict == T[0]


def test_history_is_bounded_and_newest_last() -> None:
    times = [f"2026-11-21T{number // 60:02d}:{number % 60:02d}:00Z" for number in range(since.HISTORY + 30)]
    last = run(*(at(CLEAN, time) for time in times))
    assert len(last.history) == since.HISTORY
    assert last.history[-1] == {"time": times[-1], "sync": "Synced", "health": "Healthy", "out_of_sync": 0}


def test_a_component_knows_since_when_it_is_as_it_is() -> None:
    last = run(at(CLEAN, T[0]), at(DRIFT, T[1]), at(MORE, T[2]))
    assert [component.since for _, component in last.components()] == [T[1]]
