# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a component is up, and what is written down of when it was not."""

from __future__ import annotations

from typing import Any

import pytest
from status_page import states


@pytest.mark.parametrize(
    ("probed", "failing", "state"),
    [
        (None, None, "unknown"),
        (1.0, None, "up"),
        (1.0, 4.9, "up"),
        (1.0, 5.0, "partly"),
        (1.0, 50.0, "down"),
        (0.0, None, "down"),
        (0.0, 0.0, "down"),
        (None, 0.0, "up"),
    ],
)
def test_the_state_is_what_probes_and_requests_say(probed: float | None, failing: float | None, state: str) -> None:
    assert states.of(probed, failing, 5) == state


def run(*minutes: str, meant: bool = False) -> list[Any]:
    found: list[Any] = []
    for number, state in enumerate(minutes):
        known: Any = {"shop": state}
        found = states.followed(found, known, 60.0 * number, meant)
    return [(one["start"], one["end"]) for one in found]


def test_an_outage_lasts_from_the_first_bad_minute_to_the_first_good_one() -> None:
    assert run("up", "down", "down", "up", "up") == [(60.0, 180.0)]


def test_what_nobody_measures_goes_on_as_it_was() -> None:
    assert run("down", "unknown", "unknown") == [(0.0, None)]
    assert run("up", "unknown") == []


def test_two_soon_after_each_other_are_one_and_late_ones_are_two() -> None:
    assert run("down", "up", "up", "down", "up") == [(0.0, 240.0)]
    assert run("down", *["up"] * 6, "down", "up") == [(0.0, 60.0), (420.0, 480.0)]


def test_in_a_maintenance_none_begins() -> None:
    assert run("down", "down", "up", meant=True) == []


def test_one_that_a_single_look_saw_is_told_and_what_was_long_ago_is_not() -> None:
    outages: list[Any] = [{"component": "shop", "start": 0.0, "end": 59.9999}, {"component": "shop", "start": 900.0, "end": None}]
    assert states.recent(outages, 30.0) == outages
    assert states.recent(outages, 60.0) == outages[1:]
