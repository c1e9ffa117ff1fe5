# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._release import shares
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(("share", "weights"), [(1, (1, 100)), (10, (11, 100)), (50, (100, 100)), (90, (100, 11)), (100, (100, 1))])
def test_weights(share: float, weights: tuple[int, int]) -> None:
    assert shares.weights(share) == weights


@given(st.floats(0.5, 99.5))
def test_the_share_is_the_one_that_was_asked_for(share: float) -> None:
    new, old = shares.weights(share)
    assert {new, old} <= set(range(1, 257)), "as HAProxy takes them"
    assert abs(100 * new / (new + old) - share) <= 0.6


@given(st.floats(0.001, 100))
def test_both_slots_can_be_chosen_at_every_step(share: float) -> None:
    assert min(shares.weights(share)) >= 1
