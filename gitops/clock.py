# SPDX-License-Identifier: GPL-3.0-or-later
"""Time comes in from outside, so that a test can live through a night in a millisecond."""

from __future__ import annotations

import re
import time
from typing import Protocol

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|d|w)")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since the epoch."""

    def sleep(self, seconds: float) -> None: ...


class RealClock:
    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def seconds(given: str) -> float:
    """90s, 15min, 2h, 1d, 1h 30min. ValueError for anything else."""
    parts = _SPAN.findall(given)
    if not parts or _SPAN.sub("", given).strip():
        raise ValueError(f"{given!r} is no span of time: write it as 90s, 15min, 2h or 1d")
    return float(sum(float(number) * _SECONDS[unit] for number, unit in parts))
