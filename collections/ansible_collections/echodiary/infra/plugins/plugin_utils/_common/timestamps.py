# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments and spans as people write and read them. Everything that is kept is UTC."""

from __future__ import annotations

import datetime
import re

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FORM = "%Y-%m-%dT%H:%M:%SZ"


def normalize(text: str) -> str:
    """``2026-12-01`` (the day's first moment, UTC) or a time with its offset, as UTC text. ValueError for anything else."""
    text = text.strip()
    if _DATE.fullmatch(text):
        return datetime.datetime.strptime(text, "%Y-%m-%d").strftime(_FORM)
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError("has no offset")
    return moment.astimezone(datetime.UTC).strftime(_FORM)


def now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime(_FORM)


def between(earlier: str, later: str) -> float:
    """Seconds from one such text to another."""
    first, second = (datetime.datetime.strptime(text, _FORM) for text in (earlier, later))
    return (second - first).total_seconds()


def later(text: str, seconds: float) -> str:
    return (datetime.datetime.strptime(text, _FORM) + datetime.timedelta(seconds=seconds)).strftime(_FORM)


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
