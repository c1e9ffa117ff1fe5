# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments and spans as people write and read them. Everything that is kept is UTC."""

from __future__ import annotations

import datetime
import re
import time

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FORM = "%Y-%m-%dT%H:%M:%SZ"


def to_text(wall: float) -> str:
    """``wall`` s since 1970."""
    return datetime.datetime.fromtimestamp(wall, datetime.UTC).strftime(_FORM)


def to_wall(text: str) -> float:
    """Seconds since 1970 of ``2026-12-01`` (the day's first moment, UTC) or of a time with its offset. ValueError for anything else."""
    text = text.strip()
    moment = datetime.datetime.fromisoformat(f"{text}T00:00:00Z" if _DATE.fullmatch(text) else text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset: write it as 2026-12-01T18:00:00+09:00")
    return moment.timestamp()


def normalize(text: str) -> str:
    """The same, as UTC text."""
    return to_text(to_wall(text))


def now() -> str:
    return to_text(time.time())


def between(earlier: str, later: str) -> float:
    """Seconds from one such text to another."""
    return to_wall(later) - to_wall(earlier)


def later(text: str, seconds: float) -> str:
    return to_text(to_wall(text) + seconds)


def clock(text: str, now_text: str) -> str:
    """Only the time when it is today."""
    return text[11:-1] + " UTC" if text[:10] == now_text[:10] else f"{text[:10]} {text[11:16]} UTC"


def span(seconds: float) -> str:
    """42 s, 3 min, 2 h 5 min, 4 d 2 h."""
    whole = max(0, round(seconds))
    if whole < 120:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    if hours < 48:
        return f"{hours} h {minutes % 60} min"
    return f"{hours // 24} d {hours % 24} h"
