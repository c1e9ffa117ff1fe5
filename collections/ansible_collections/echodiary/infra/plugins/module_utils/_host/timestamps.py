# SPDX-License-Identifier: GPL-3.0-or-later
"""Times of day as records and people have them: UTC, to the second. Nothing is measured with them."""

from __future__ import annotations

import datetime

FORM = "%Y-%m-%dT%H:%M:%SZ"


def to_text(wall: float) -> str:
    """``wall`` s since 1970."""
    return datetime.datetime.fromtimestamp(wall, datetime.timezone.utc).strftime(FORM)


def to_wall(text: str) -> float:
    """Seconds since 1970 of a text that ``to_text`` or the controller made. ValueError for any other."""
    return datetime.datetime.strptime(text, FORM).replace(tzinfo=datetime.timezone.utc).timestamp()


def of_docker(text: str) -> float:
    """RFC 3339 with nanoseconds to seconds since the epoch; Docker's zero time is 0."""
    if not text or text.startswith("0001"):
        return 0.0
    whole, _, fraction = text.rstrip("Z").partition(".")
    moment = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc)
    return moment.timestamp() + float(f"0.{fraction or 0}")
