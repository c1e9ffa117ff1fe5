# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._report.sections import deploys
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._report import builders as build

MONDAY = "2026-11-23T10:00:00Z"


def figures(*entries: Any, committed: dict[str, float] | None = None) -> deploys.Figures:
    return deploys.figures(build.plan(), list(entries), committed or {})


def restored(*entries: Any) -> list[float | None]:
    return [one.restored for one in figures(*entries).failures]


def section(*entries: Any, trouble: str = "") -> Any:
    return deploys.section(build.plan(), [{"component": "shop", "entries": list(entries), "trouble": trouble}], {})


def test_one_that_left_hosts_apart_was_restored_by_the_next_that_succeeded() -> None:
    apart = build.entry("a", MONDAY, "partial")
    later = build.entry("b", "2026-11-23T10:30:00Z", "succeeded")
    latest = build.entry("c", "2026-11-24T10:30:00Z", "succeeded")
    assert restored(latest, later, apart) == [1800]
    assert restored(apart) == [None]
    assert restored(build.entry("b", "2026-11-23T10:30:00Z", "failed"), apart) == [None]


@pytest.mark.parametrize("named", ["a", "sha256:1"])
def test_one_that_somebody_went_back_from_was_restored_by_that(named: str) -> None:
    bad = build.entry("a", MONDAY, "succeeded", digest="sha256:1")
    back = build.entry("b", "2026-11-23T11:00:00Z", "succeeded", kind="rollback", rollback_of=named)
    assert restored(back, bad) == [3600]
    assert restored(build.entry("b", "2026-11-23T11:00:00Z", "succeeded", kind="rollback", rollback_of="x"), bad) == []


@pytest.mark.parametrize("outcome", ["failed", "refused", "succeeded"])
def test_what_hurt_nobody_had_nothing_to_restore(outcome: str) -> None:
    assert restored(build.entry("a", MONDAY, outcome)) == []


def test_one_that_took_itself_back_took_its_own_seconds() -> None:
    assert restored(build.entry("a", MONDAY, "taken_back", seconds={"total": 42.0})) == [42.0]


def test_a_week_has_its_end_and_not_its_beginning() -> None:
    inside, outside = timestamps.to_text(build.END), timestamps.to_text(build.END - 7 * 86_400)
    found = figures(build.entry("b", inside, "succeeded"), build.entry("a", outside, "succeeded"))
    assert (found.deploys, found.deploys_before) == (1, 1)


@pytest.mark.parametrize("more", [{"at": "yesterday"}, {"at": ""}])
def test_one_that_does_not_say_when_counts_nowhere(more: dict[str, str]) -> None:
    assert figures({**build.entry("a", MONDAY, "partial"), **more}).deploys == 0


def test_lead_time_is_of_commits_that_are_known() -> None:
    known, other = build.entry("a", MONDAY, "succeeded", commit="a" * 40), build.entry("b", MONDAY, "succeeded", commit="b" * 40)
    made = {"a" * 40: timestamps.to_wall(MONDAY) - 7200}
    assert figures(known, other, build.entry("c", MONDAY, "succeeded"), committed=made).lead == [7200]
    (tile,) = [tile for tile in section(known).tiles if "lead time" in tile.label]
    assert (tile.value, tile.state) == ("unknown", "unknown")


def test_hosts_that_are_still_apart_are_urgent() -> None:
    (todo,) = section(build.entry("a", MONDAY, "partial")).todos
    assert todo.urgent and "rollback" in todo.command


def test_a_history_that_could_not_be_read_is_not_an_empty_one() -> None:
    found = section(trouble="app1 is unreachable")
    assert (found.state, found.todos) == ("unknown", ()) and "app1 is unreachable" in found.said
    assert section().state == "good" and "none" in section().said


def test_a_move_with_an_incident_between_is_no_deploy() -> None:
    assert figures(build.entry("a", MONDAY, "succeeded", kind="incident")).deploys == 0


def test_each_counts_as_what_became_of_it() -> None:
    outcomes = ["succeeded", "failed", "taken_back", "partial", "refused", "refused"]
    deployed = [build.entry(str(number), MONDAY, outcome) for number, outcome in enumerate(outcomes)]
    moved = [build.entry(name, MONDAY, outcome, kind="rollback") for name, outcome in (("x", "succeeded"), ("y", "failed"))]
    found = figures(*deployed, *moved)
    assert (found.deploys, found.succeeded, found.failed, found.taken_back, found.partial, found.refused) == (6, 1, 1, 1, 1, 2)
    assert (found.rollbacks, found.bad) == (1, 3)
