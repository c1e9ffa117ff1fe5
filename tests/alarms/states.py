# SPDX-License-Identifier: GPL-3.0-or-later
"""Which state an alarm goes to, by its periods: M of N, and what is made of those without data."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

OK, ALARM, UNKNOWN = "OK", "ALARM", "INSUFFICIENT_DATA"
#: how much further back than its periods AWS looks where some have no data: of three it looks at five in its own example
FURTHER = 2
COMPARED: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def state(breaching: Sequence[bool | None], of: int, within: int, missing: str, now: str) -> str:
    """``breaching``: by period, oldest first, None without data; ``of`` of ``within`` make an alarm; ``now``: what it is."""
    looked = list(breaching)[-(within + FURTHER) :]
    real = [one for one in looked if one is not None][-within:]
    absent = within - len(real)
    if sum(real) >= of:
        return ALARM
    if absent <= 0:
        return OK
    if missing == "breaching":
        return ALARM if sum(real) + absent >= of else OK
    if missing == "notBreaching":
        return OK
    if not real:
        return UNKNOWN if missing == "missing" else now
    if not all(real):
        return OK
    # all that is there is beyond the limit, and too little: an alarm only where that is old enough
    return ALARM if missing == "missing" and _age(looked) >= of else now


def _age(looked: Sequence[bool | None]) -> int:
    """In how many periods the oldest that is beyond the limit was."""
    return max(len(looked) - place for place, one in enumerate(looked) if one)
