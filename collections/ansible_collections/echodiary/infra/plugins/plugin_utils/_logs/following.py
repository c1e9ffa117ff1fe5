# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines as they come: of which time to ask next, and which of what was told is new. Pure.

A line arrives after its own time: a second later as a rule, and after as long as the store was away. So the same time is asked for again
and again, and what was told already is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from ...module_utils._logs.shapes import Line

#: seconds that a line may take to arrive
LATE = 10.0
#: seconds in which hosts send what waited for the store
SENT = 60.0
#: seconds that a host's clock may be ahead
AHEAD = 60.0


class Following:
    """``since``: seconds since 1970."""

    def __init__(self, since: float) -> None:
        self._since = since
        self._seen: set[str] = set()
        #: when it last answered before it was away, and since when it answers again
        self._away: float | None = None
        self._back: float | None = None
        self._answered = since

    def window(self, now: float) -> tuple[float, float]:
        """Of which time to ask."""
        return max(self._since, self._low(now)), now + AHEAD

    def _low(self, now: float) -> float:
        low = self._answered if self._away is None else self._away
        return min(low, now) - LATE

    def failed(self) -> bool:
        """Whether that is news."""
        news = self._away is None or self._back is not None
        self._away, self._back = (self._answered if self._away is None else self._away), None
        return news

    def new(self, lines: Sequence[Line], now: float) -> list[Line]:
        """Of an answer to what was asked at ``now``."""
        keys = {json.dumps(line, sort_keys=True): line for line in lines}
        found = [line for key, line in keys.items() if key not in self._seen]
        # what is not in this answer, is not in the next one
        self._seen = set(keys)
        self._answered = now
        if self._away is not None:
            self._back = now if self._back is None else self._back
            if now - self._back >= SENT:
                self._away = self._back = None
        return found
