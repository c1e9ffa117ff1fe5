# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._report import words

EVERY: list[Callable[[float | None], str]] = [
    words.number, words.percent, words.seconds, words.span, words.minutes, words.days, words.size,
]  # fmt: skip


@pytest.mark.parametrize("say", EVERY)
def test_what_is_not_known_is_no_number(say: Callable[[float | None], str]) -> None:
    assert say(None) == "unknown"
    assert say(0.0) != "unknown"


@pytest.mark.parametrize(("value", "said"), [(100.0, "100.00 %"), (99.999, "< 100.00 %"), (99.99, "99.99 %"), (0.0, "0.00 %")])
def test_less_than_all_is_never_all(value: float, said: str) -> None:
    assert words.percent(value) == said


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (None, 1.0, "week before: unknown"),
        (1.0, None, "week before: unknown"),
        (5.0, 0.0, "week before: x"),
        (102.0, 100.0, "as the week before (x)"),
        (150.0, 100.0, "+50 % on the week before (x)"),
        (50.0, 100.0, "-50 % on the week before (x)"),
    ],
)
def test_a_trend(now: float | None, before: float | None, said: str) -> None:
    assert words.trend(now, before, "x") == said


@pytest.mark.parametrize(("value", "said"), [(999.0, "999 B"), (2.7e9, "2.7 GB"), (-350e6, "-350 MB"), (1e21, "1000000 PB")])
def test_sizes(value: float, said: str) -> None:
    assert words.size(value) == said
