# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every role: check mode foretells what apply does, and once applied there is nothing left to do."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

Records = Callable[[], list[dict[str, Any]]]


def deeds(record: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(c["resource"], c["action"], c["origin"]) for component in record["components"] for c in component["changes"]]


def test_apply_did_what_check_mode_foretold(sequence: list[dict[str, Any]]) -> None:
    for before, after in pairwise(sequence):
        if before["check"] and not after["check"]:
            assert deeds(before), "a fresh host has everything to gain"
            assert sorted(deeds(before)) == sorted(deeds(after))


def test_nothing_is_left_to_do(sequence: list[dict[str, Any]]) -> None:
    applied = [record["check"] for record in sequence].index(False)
    for record in sequence[applied + 1 :]:
        assert deeds(record) == []
        assert record["remote_calls"] == 1
    assert {(c["sync"], c["health"]) for c in sequence[-1]["components"]} == {("Synced", "Healthy")}
