# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures held against a history that was written, and reckoned, by hand."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._delivery import figures, metrics
from ansible_collections.echodiary.infra.plugins.plugin_utils._delivery.shapes import Run
from ansible_collections.echodiary.infra.plugins.plugin_utils._report.sections import deploys
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._report import builders as build

DAYS = 10
HOUR = 3600.0


def at(day: int, hour: int = 12) -> str:
    """In the window of the ten days before the 29th."""
    return f"2026-11-{day:02}T{hour:02}:00:00Z"


#: newest first. Ten days; six deploys reached users (a, b, c, d, f, h); of these c was taken back after 90 s, d left hosts apart until e,
#: four hours later, and f was gone back from after two hours: three of six failed. g was refused, i had no effect; z is of before.
HISTORY: list[Any] = [
    build.entry("i", at(28), "failed"),
    build.entry("h", at(27), "succeeded", commit="h" * 7),
    build.entry("g", at(26), "refused"),
    build.entry("back", at(25, 14), "succeeded", kind="rollback", rollback_of="f"),
    build.entry("f", at(25, 12), "succeeded", commit="f" * 7),
    build.entry("e", at(24, 16), "succeeded", kind="converge"),
    build.entry("d", at(24, 12), "partial"),
    build.entry("c", at(23), "taken_back", seconds={"total": 90.0}),
    build.entry("b", at(22), "succeeded", commit="b" * 7),
    build.entry("a", at(21), "succeeded", commit="a" * 7),
    build.entry("z", at(10), "taken_back", seconds={"total": 5000.0}),
]
#: h after 1 h, f after 2 h, b after 30 h; a's commit nobody knows
COMMITTED = {
    "h" * 7: timestamps.to_wall(at(27)) - HOUR,
    "f" * 7: timestamps.to_wall(at(25, 12)) - 2 * HOUR,
    "b" * 7: timestamps.to_wall(at(22)) - 30 * HOUR,
}


def changes(entries: list[Any] = HISTORY) -> figures.Changes:
    return figures.changes("shop", deploys.figures(build.plan(days=DAYS), entries, COMMITTED), DAYS)


def test_what_was_reckoned_by_hand() -> None:
    assert changes() == figures.Changes(
        component="shop",
        outcomes={"succeeded": 4, "taken_back": 1, "partial": 1, "failed": 1, "refused": 1},
        per_day=0.4,
        lead=[HOUR, 2 * HOUR, 30 * HOUR],
        failure_ratio=0.5,
        restored=[90.0, 2 * HOUR, 4 * HOUR],
        unrestored=0,
    )


def test_one_that_is_not_well_yet_is_no_time_to_restore() -> None:
    found = changes([build.entry("d", at(24), "partial")])
    assert (found.unrestored, found.restored, found.failure_ratio) == (1, [], 1.0)


def test_without_a_change_there_is_no_ratio_and_no_series_of_it() -> None:
    found = changes([build.entry("g", at(26), "refused")])
    assert found.failure_ratio is None
    text = metrics.text("production", DAYS, build.END, [found], [], {"history": True})
    assert "change_failure_ratio" not in text and "lead_time_seconds" not in text
    assert 'echodiary_delivery_deploys{environment="production",component="shop",outcome="refused"} 1' in text


@pytest.mark.parametrize(("part", "value"), [(0.5, 2.0), (0.9, 3.0), (1.0, 3.0), (0.0, 1.0)])
def test_a_quantile_is_a_value_that_was_measured(part: float, value: float) -> None:
    assert figures.quantile([1.0, 2.0, 3.0], part) == value
    assert figures.quantile([7.0], part) == 7.0


def test_runs_of_the_pipeline_by_workflow() -> None:
    runs = [
        Run("CI", "success", 600.0), Run("CI", "failure", 300.0), Run("CI", "success", 900.0), Run("CI", "timed_out", 3600.0),
        Run("CI", "cancelled", 10.0), Run("Deploy", "skipped", 1.0),
    ]  # fmt: skip
    ci, deploy = figures.workflows(runs)
    assert ci == figures.Workflow("CI", {"cancelled": 1, "failure": 1, "success": 2, "timed_out": 1}, [300.0, 600.0, 900.0, 3600.0], 0.5)
    assert (deploy.success_ratio, deploy.seconds) == (None, [])


def test_all_of_it_as_metrics() -> None:
    ran = figures.workflows([Run('C"I', "success", 600.0)])
    text = metrics.text("production", DAYS, build.END, [changes()], ran, {"history": True, "pipeline": False})
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    where, shop = 'environment="production"', 'environment="production",component="shop"'
    for line in (
        f"window_days{{{where}}} 10",
        f"deploys_per_day{{{shop}}} 0.4",
        f'lead_time_seconds{{{shop},quantile="0.5"}} 7200',
        f'lead_time_seconds{{{shop},quantile="0.9"}} 108000',
        f"lead_time_known_deploys{{{shop}}} 3",
        f"change_failure_ratio{{{shop}}} 0.5",
        f'restore_seconds{{{shop},quantile="0.5"}} 7200',
        f'restore_seconds{{{shop},quantile="1"}} 14400',
        f"unrestored_failures{{{shop}}} 0",
        f'ci_runs{{{where},workflow="C\\"I",conclusion="success"}} 1',
        f'ci_duration_seconds{{{where},workflow="C\\"I",quantile="0.5"}} 600',
        f'source_ok{{{where},source="pipeline"}} 0',
        f"last_success_timestamp_seconds{{{where}}} {build.END}",
    ):
        assert f"echodiary_delivery_{line}" in lines
