# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._load import curves
from hypothesis import given
from hypothesis import strategies as st


def test_known_points_come_back_and_between_them_it_is_straight() -> None:
    knots = curves.of_quantiles({0.5: 0.1, 0.95: 0.2, 0.99: 0.6}, 0.0, 1.0)
    one = [(100, knots)]
    assert [curves.quantile(one, share) for share in (0.5, 0.95, 0.99)] == pytest.approx([0.1, 0.2, 0.6])
    assert curves.within(one, 0.15) == pytest.approx(0.725)
    assert (curves.within(one, 2.0), curves.within(one, 0.0)) == (1.0, 0.0)


def test_of_several_each_counts_as_much_as_it_has() -> None:
    """300 answers of 10 ms and 100 of 1 s: three quarters are quick."""
    both = [(300, curves.of_counts({0.01: 300})), (100, curves.of_counts({1.0: 100}))]
    assert curves.within(both, 0.5) == 0.75
    assert curves.quantile(both, 0.75) == pytest.approx(0.01)
    assert curves.quantile(both, 0.76) == pytest.approx(1.0)


def test_nothing_answered_is_nothing_known() -> None:
    assert curves.within([], 1.0) is None
    assert curves.quantile([], 0.5) is None


@given(st.dictionaries(st.integers(1, 5000), st.integers(1, 50), min_size=1), st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_counts_are_exact(counts: dict[int, int], share: float) -> None:
    """As by sorting them all: the first one with which at least that share has come."""
    knots = curves.of_counts({ms / 1000: count for ms, count in counts.items()})
    everything = sorted(ms for ms, count in counts.items() for _ in range(count))
    whole = len(everything)
    sought = next(ms for place, ms in enumerate(everything, 1) if place >= share * whole - 1e-9)
    assert curves.quantile([(whole, knots)], share) == pytest.approx(sought / 1000, abs=1e-6)
    assert curves.within([(whole, knots)], sought / 1000) == pytest.approx(sum(one <= sought for one in everything) / whole)
