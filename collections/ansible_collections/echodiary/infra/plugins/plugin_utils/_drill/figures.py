# SPDX-License-Identifier: GPL-3.0-or-later
"""How long it took and how much was lost, from moments and counts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from .._common import timestamps

if TYPE_CHECKING:
    from .shapes import Count, Observed, Phase

#: where it is lost, and where it is back: the phases between them are the way
LOST, BACK = "loss", "back"


class Step(NamedTuple):
    name: str
    seconds: float


class Figures(NamedTuple):
    """``rto``: seconds from the loss to the answers of a fleet that is whole. ``age``: of what was restored, when it was lost (RPO), None
    where nothing was. ``lost``: rows, and ``failed``: requests of ``asked``; None where nobody counted."""

    rto: float
    steps: list[Step]
    age: float | None
    rows: int | None
    lost: int | None
    asked: int | None
    failed: int | None


def steps(phases: Sequence[Phase]) -> list[Step]:
    """Between the loss and the end, in their order. ValueError where one of both is missing."""
    names = [one["name"] for one in phases]
    if LOST not in names or BACK not in names:
        raise ValueError(f"phases {', '.join(names) or 'none'} have no {LOST} or no {BACK}")
    # of a drill that was begun again, the last one
    first = len(names) - 1 - names[::-1].index(LOST)
    way = phases[first : names.index(BACK, first) + 1]
    return [Step(one["name"], round(after["at"] - one["at"], 1)) for one, after in pairwise(way)]


def figures(phases: Sequence[Phase], snapshot: str, before: Count | None, after: Count | None, observed: Observed) -> Figures:
    """``snapshot``: its time, UTC; empty where nothing was restored. ``observed``: by somebody who wrote and asked all the while, who
    knows it better than two counts do."""
    way = steps(phases)
    lost_at = next(one["at"] for one in reversed(phases) if one["name"] == LOST)
    age = max(0.0, lost_at - timestamps.to_wall(snapshot)) if snapshot else None
    rows = after["rows"] if after else None
    counted = max(0, before["rows"] - after["rows"]) if before and after else None
    return Figures(
        rto=round(sum(one.seconds for one in way), 1),
        steps=way,
        age=age,
        rows=rows,
        lost=observed.get("lost", counted),
        asked=observed.get("asked"),
        failed=observed.get("failed"),
    )


def missing(before: Count | None, after: Count | None) -> list[str]:
    """Tables that were there and are not."""
    return sorted(_tables(before).keys() - _tables(after).keys()) if before and after else []


def _tables(count: Count | None) -> Mapping[str, int]:
    return count["tables"] if count else {}
