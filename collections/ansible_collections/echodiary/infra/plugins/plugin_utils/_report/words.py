# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers for people. None is ``unknown``. Pure."""

from __future__ import annotations

from .._common import timestamps
from .model import UNKNOWN

_SIZES = ("B", "kB", "MB", "GB", "TB", "PB")
#: a share of what it was that is not worth a word
_ALIKE = 0.05


def number(value: float | None) -> str:
    return UNKNOWN if value is None else f"{round(value):,}"


def count(value: float | None, what: str) -> str:
    """``what``: of one."""
    return f"{number(value)} {what}{'' if value is not None and round(value) == 1 else 's'}"


def percent(value: float | None, digits: int = 2) -> str:
    """Nothing that is less than all is rounded up to it."""
    if value is None:
        return UNKNOWN
    text = f"{value:.{digits}f}"
    return f"< {text} %" if value < 100 and float(text) == 100 else f"{text} %"


def seconds(value: float | None) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:.2f} s" if value >= 1 else f"{1000 * value:.0f} ms" if value >= 0.01 else f"{1000 * value:.1f} ms"


def span(value: float | None) -> str:
    return UNKNOWN if value is None else timestamps.span(value)


def minutes(value: float | None) -> str:
    """Of a sum of minutes."""
    return UNKNOWN if value is None else timestamps.span(60 * value) if value else "0 min"


def days(value: float | None) -> str:
    if value is None:
        return UNKNOWN
    return "more than a year" if value > 365 else f"{value:.0f} days" if value >= 10 else f"{value:.1f} days"


def size(value: float | None) -> str:
    if value is None:
        return UNKNOWN
    sign, amount = "-" if value < 0 else "", abs(value)
    for unit in _SIZES:
        if amount < 1000 or unit == _SIZES[-1]:
            break
        amount /= 1000
    return f"{sign}{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{sign}{amount:.1f} {unit}"


def trend(now: float | None, before: float | None, what: str) -> str:
    """``what``: the value before, in words."""
    if now is None or before is None:
        return "week before: unknown"
    if before == 0:
        return f"week before: {what}"
    change = (now - before) / abs(before)
    if abs(change) < _ALIKE:
        return f"as the week before ({what})"
    return f"{100 * change:+.0f} % on the week before ({what})"
