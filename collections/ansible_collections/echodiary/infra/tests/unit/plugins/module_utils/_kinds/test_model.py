# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import (
    HEALTH_ORDER,
    merged_origin,
    origin,
    worst_health,
    worst_sync,
)
from hypothesis import given
from hypothesis import strategies as st

PENDING, CORRECTIVE, CONFLICT = "pending", "corrective", "conflict"


@pytest.mark.parametrize(
    ("desired", "last", "live", "expected"),
    [
        ("a", None, None, PENDING),  # never applied, nothing there
        ("a", None, "x", PENDING),  # never applied: whatever is there is not ours to judge
        ("b", "a", "a", PENDING),  # git moved
        ("b", "a", None, CONFLICT),  # git moved, and somebody removed it
        ("a", "a", "x", CORRECTIVE),  # somebody moved
        ("a", "a", None, CORRECTIVE),  # somebody removed it
        ("b", "a", "x", CONFLICT),  # both moved
    ],
)
def test_who_moved(desired: str, last: str | None, live: str | None, expected: str) -> None:
    assert origin(desired, last, live) == expected


@given(desired=st.integers(0, 2), last=st.integers(0, 2), live=st.integers(0, 2))
def test_somebody_on_the_host_is_blamed_only_for_what_left_the_applied_value(desired: int, last: int, live: int) -> None:
    found = origin(desired, last, live)
    assert (found != PENDING) == (live != last)
    if desired != live:
        assert (found == CONFLICT) == (last not in (desired, live))


@given(st.lists(st.sampled_from(HEALTH_ORDER)))
def test_the_worst_health_wins_in_any_order(healths: list[str]) -> None:
    assert worst_health(healths) == worst_health(list(reversed(healths)))
    assert all(HEALTH_ORDER.index(worst_health(healths)) >= HEALTH_ORDER.index(one) for one in healths)


def test_nothing_to_judge_is_healthy() -> None:
    assert (worst_health([]), worst_sync([])) == ("Healthy", "Synced")


@pytest.mark.parametrize(
    ("origins", "expected"),
    [
        ([], PENDING),
        ([PENDING, PENDING], PENDING),
        ([CORRECTIVE], CORRECTIVE),
        ([PENDING, CORRECTIVE], CONFLICT),
        ([CONFLICT, PENDING], CONFLICT),
    ],
)
def test_a_consequence_of_several_changes(origins: list[str], expected: str) -> None:
    assert merged_origin(origins) == expected
