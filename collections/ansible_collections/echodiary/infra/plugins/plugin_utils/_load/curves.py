# SPDX-License-Identifier: GPL-3.0-or-later
"""How answers were spread over time, from what generators say of it, and several such together. Pure.

A curve is the share of answers that came within so many seconds, at some points (knots), straight between them. Where two knots have the
same seconds it jumps there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

Knot = tuple[float, float]
Weighted = Sequence[tuple[int, Sequence[Knot]]]


def of_quantiles(points: Mapping[float, float], fastest: float, slowest: float) -> list[Knot]:
    """``points``: share to seconds, as far as they are known."""
    return [(fastest, 0.0), *((seconds, share) for share, seconds in sorted(points.items())), (slowest, 1.0)]


def of_counts(counts: Mapping[float, int]) -> list[Knot]:
    """Exact: seconds to how many. Every one of them is a jump."""
    whole, so_far, knots = sum(counts.values()), 0, []
    for seconds, count in sorted(counts.items()):
        knots.append((seconds, so_far / whole))
        so_far += count
        knots.append((seconds, so_far / whole))
    return knots


def within(curves: Weighted, seconds: float) -> float | None:
    """Share of all answers that came by then."""
    whole = sum(count for count, _ in curves)
    return sum(count * _at(knots, seconds) for count, knots in curves) / whole if whole else None


def quantile(curves: Weighted, share: float) -> float | None:
    """Seconds within which this share of all answers came."""
    whole = sum(count for count, _ in curves)
    if not whole:
        return None
    low, high = 0.0, max(knots[-1][0] for count, knots in curves if count)
    for _ in range(50):
        middle = (low + high) / 2
        if sum(count * _at(knots, middle) for count, knots in curves) >= share * whole:
            high = middle
        else:
            low = middle
    return high


def _at(knots: Sequence[Knot], seconds: float) -> float:
    after = bisect_right([at for at, _ in knots], seconds)
    if after == 0:
        return 0.0
    at, share = knots[after - 1]
    if after == len(knots):
        return share
    next_at, next_share = knots[after]
    return share + (next_share - share) * (seconds - at) / (next_at - at)
