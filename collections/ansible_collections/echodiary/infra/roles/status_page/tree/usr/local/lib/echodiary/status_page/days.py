# SPDX-License-Identifier: GPL-3.0-or-later
"""How well each day was. Those that are over are kept, since Prometheus forgets; today is asked anew each time."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from .shapes import Component, Days

DAY = 86_400
#: days that are shown, and how far back Prometheus is asked for those that are not kept
SHOWN, BACK = 90, 29
#: s after midnight until the last samples of a day are there
_LATE = 120

#: percent at the end of a window that ends at these moments: query, moments
Daily = Callable[[str, "list[int]"], "dict[int, float | None]"]


def name(end: int) -> str:
    """A day by the moment that ends it."""
    return datetime.datetime.fromtimestamp(end - 1, datetime.UTC).strftime("%Y-%m-%d")


def names(now: float) -> list[str]:
    """Those that are shown, today last."""
    tonight = midnight(now) + DAY
    return [name(tonight - DAY * back) for back in reversed(range(SHOWN))]


def midnight(now: float) -> int:
    return int(now) // DAY * DAY


def missing(kept: Days, key: str, now: float) -> list[int]:
    """Ends of days that are over and not kept, in a row."""
    last = midnight(now - _LATE)
    ends = [last - DAY * back for back in reversed(range(BACK))]
    lacking = [end for end in ends if key not in kept.get(name(end), {})]
    return list(range(lacking[0], last + 1, DAY)) if lacking else []


def completed(kept: Days, component: Component, now: float, ask: Daily) -> Days:
    """``kept`` with all days that are over. A day once kept stays as it was measured then."""
    key, ends = component["key"], missing(kept, component["key"], now)
    if not ends:
        return kept
    asked = [ask(query.replace("$window", "1d"), ends) for query in (component["reached"], component["answered"]) if query]
    fresh = {name(end): {key: worst([one[end] for one in asked])} for end in ends}
    return {**kept, **{day: {**values, **kept.get(day, {})} for day, values in fresh.items()}}


def today(component: Component, now: float, ask: Callable[[str], float | None]) -> float | None:
    window = f"{max(60, int(now) - midnight(now))}s"
    return worst([ask(query.replace("$window", window)) for query in (component["reached"], component["answered"]) if query])


def worst(values: list[float | None]) -> float | None:
    """Whoever reached nothing and whoever got an error were both not served."""
    known = [value for value in values if value is not None]
    return min(known) if known else None


def recent(kept: Days, now: float) -> Days:
    shown = set(names(now))
    return {day: values for day, values in kept.items() if day in shown}


def mean(days: Days, key: str) -> float | None:
    """Of the days that were measured."""
    known = [value for values in days.values() if (value := values.get(key)) is not None]
    return sum(known) / len(known) if known else None
