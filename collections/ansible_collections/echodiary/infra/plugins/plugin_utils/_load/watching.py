# SPDX-License-Identifier: GPL-3.0-or-later
"""When a test ends before its time: a site that fails is not beaten on. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from . import kinds
from .shapes import Sample

#: fewer say nothing
MINIMUM = 20


def why_stop(requests: int, failed: int, limited: int, most: float) -> str:
    """Empty to go on. What the edge turned away is no sign of a site that fails, and counts neither way."""
    counted = requests - limited
    if counted < MINIMUM or failed <= most * counted:
        return ""
    return f"it was stopped, since {failed:,} of {counted:,} requests failed (load_stop_errors {most:g})"


def of_samples(samples: Iterable[Sample], most: float) -> str:
    known = list(samples)
    return why_stop(
        sum(one["requests"] for one in known),
        sum(kinds.failed(one["errors"]) for one in known),
        sum(one["errors"].get(kinds.LIMITED, 0) for one in known),
        most,
    )
