# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._drill import figures

LOST_AT = timestamps.to_wall("2026-12-01T10:00:00Z")
SNAPSHOT = "2026-12-01T02:30:00Z"


def phases(**after: float) -> list[Any]:
    return [{"name": name, "at": LOST_AT + seconds} for name, seconds in after.items()]


def count(rows: int, *tables: str) -> Any:
    return {"rows": rows, "tables": dict.fromkeys(tables or ("public.entries",), rows), "revision": "0004"}


def test_from_the_loss_to_the_end_in_steps() -> None:
    found = figures.figures(phases(loss=0, site=12.34, smoke=70, back=71.5), SNAPSHOT, count(1100), count(1000), {})
    assert found.rto == 71.5
    assert found.steps == [("loss", 12.3), ("site", 57.7), ("smoke", 1.5)]
    assert found.age == 7.5 * 3600
    assert (found.rows, found.lost, found.asked, found.failed) == (1000, 100, None, None)


def test_whoever_watched_knows_better_than_two_counts() -> None:
    found = figures.figures(phases(loss=0, back=1), SNAPSHOT, count(1000), count(1020), {"lost": 7, "asked": 40, "failed": 3})
    assert (found.lost, found.asked, found.failed) == (7, 40, 3)


def test_where_nothing_was_restored_nothing_has_an_age() -> None:
    assert figures.figures(phases(loss=0, back=1), "", count(5), count(6), {}).age is None


def test_a_snapshot_of_while_it_was_lost_is_no_younger_than_the_loss() -> None:
    assert figures.figures(phases(loss=0, back=1), "2026-12-01T10:00:05Z", None, None, {}).age == 0


@pytest.mark.parametrize(("before", "after"), [(None, count(3)), (count(3), None)])
def test_what_could_not_be_counted_is_not_guessed(before: Any, after: Any) -> None:
    assert figures.figures(phases(loss=0, back=1), SNAPSHOT, before, after, {}).lost is None


def test_of_a_drill_that_was_begun_twice_the_second_counts() -> None:
    twice = [*phases(loss=0, site=5), *phases(loss=100, site=101, back=110)]
    assert figures.figures(twice, SNAPSHOT, None, None, {}).rto == 10


@pytest.mark.parametrize("given", [[], phases(loss=0), phases(site=0, back=1)])
def test_without_a_beginning_or_an_end_nothing_is_measured(given: list[Any]) -> None:
    with pytest.raises(ValueError, match="have no"):
        figures.figures(given, "", None, None, {})


def test_tables_that_are_gone() -> None:
    assert figures.missing(count(1, "a", "b"), count(1, "b", "c")) == ["a"]
    assert figures.missing(None, count(1, "a")) == []
