# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of a host's traffic the new slot gets, step by step, and the weights in HAProxy that make it so. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .._kinds import documents

#: HAProxy's weights go up to 256; against this one a share of one in a hundred can still be said
FULL = 100


class Step(NamedTuple):
    """``share``: percent of the host's requests; ``hold``: seconds for which it is watched."""

    share: float
    hold: float


def steps(given: list[documents.StepSpec]) -> list[Step]:
    return [Step(float(one["share"]), float(one["hold"])) for one in given]


def weights(share: float) -> tuple[int, int]:
    """(new, old). The old slot never has none: it is where a request goes that the new one refuses."""
    if share <= 50:
        return max(1, round(FULL * share / (100 - share))), FULL
    return FULL, max(1, round(FULL * (100 - share) / share))
