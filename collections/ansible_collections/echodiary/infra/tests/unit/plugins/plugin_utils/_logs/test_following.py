# SPDX-License-Identifier: GPL-3.0-or-later
"""Every line is told once, when it comes, however late that is."""

from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.module_utils._logs.shapes import Line
from ansible_collections.echodiary.infra.plugins.plugin_utils._logs.following import Following


class Store:
    """Lines by their own time, there from a later moment on."""

    def __init__(self, *lines: tuple[float, float]) -> None:
        self.lines = lines

    def answer(self, window: tuple[float, float], now: float, last: int = 100) -> list[Line]:
        there = sorted(own for own, arrived in self.lines if arrived <= now and window[0] <= own < window[1])
        return [{"_time": f"{own:09.1f}", "_msg": str(own)} for own in there][-last:]


def told(store: Store, until: int, away: range = range(0), last: int = 100) -> tuple[list[str], int]:
    """Of everything since 1000, asked every two seconds; and how often it is said that the store is away."""
    state = Following(1000)
    found, times = [], 0
    for now in range(1000, until, 2):
        if now in away:
            times += state.failed()
        else:
            found += [line["_msg"] for line in state.new(store.answer(state.window(now), now, last), now)]
    return found, times


def test_each_line_once() -> None:
    store = Store(*((second, second + 1) for second in range(1000, 1100)))
    assert told(store, 1110) == ([str(second) for second in range(1000, 1100)], 0)


def test_a_line_that_comes_some_seconds_late() -> None:
    assert told(Store((1050, 1058)), 1100)[0] == ["1050"]


def test_lines_that_waited_for_the_store() -> None:
    """It is away for 40 seconds, and hosts send what waited within half a minute afterwards; that it is away is said once."""
    store = Store((1010, 1011), (1015, 1061), (1040, 1085), (1061, 1062))
    assert told(store, 1200, range(1012, 1060)) == (["1010", "1015", "1061", "1040"], 1)


def test_a_store_that_goes_away_twice() -> None:
    state = Following(1000)
    state.new([], 1010)
    assert [state.failed(), state.failed()] == [True, False]
    state.new([], 1020)
    assert state.failed()
    assert state.window(1030)[0] == 1000
    for now in (1040, 1110):
        state.new([], now)
    assert state.window(1112)[0] == 1100


def test_more_lines_than_are_shown_are_passed_over_and_none_is_told_twice() -> None:
    store = Store(*((1000 + second / 10, 1000 + second / 10) for second in range(1000)))
    found, _ = told(store, 1200, last=30)
    assert len(found) == len(set(found))
    assert found == sorted(found, key=float)
