# SPDX-License-Identifier: GPL-3.0-or-later
"""hey (Debian's package, 0.1.4): what it is told, and what it says. Pure.

It says what went wrong only in its summary, and that only at its end. So it is run in slices: between two of them a site that
fails is let be.
"""

from __future__ import annotations

import re

from . import curves, kinds
from .bounds import RATE
from .shapes import Edge, Sample

#: of one slice, and of one request (s)
SLICE, TIMEOUT = 5, 10
_QUANTILE = re.compile(r"^\s+(\d+)% in ([0-9.]+) secs$", re.MULTILINE)
_STATUS = re.compile(r"^\s+\[(\d{3})\]\t(\d+) responses$", re.MULTILINE)
_ERROR = re.compile(r"^\s+\[(\d+)\]\t(.+)$", re.MULTILINE)
_TIME = re.compile(r"^\s+(Total|Slowest|Fastest):\t([0-9.]+) secs$", re.MULTILINE)


def slices(seconds: int) -> list[int]:
    """As equal as whole seconds can be, none longer than ``SLICE``."""
    number = -(-seconds // SLICE)
    return [seconds // number + (1 if one < seconds % number else 0) for one in range(number)]


def command(program: str, edge: Edge, path: str, seconds: int, users: int, rate: float, run: str) -> list[str]:
    """``users``, ``rate``: of this edge and path. It limits each of its connections by itself."""
    named = ["-host", edge["host"]] if edge["host"] else []
    limits = ["-z", f"{seconds}s", "-c", str(users), "-q", f"{rate / users:.6f}", "-t", str(TIMEOUT)]
    return [program, *limits, "-disable-redirects", "-H", f"X-Request-ID: load-{run}", *named, f"{edge['url']}{path}"]


def read(text: str, edge: str, path: str) -> Sample | None:
    """None where it says nothing: it was ended, or never began."""
    times = {name: float(seconds) for name, seconds in _TIME.findall(text)}
    if len(times) < 3:
        return None
    _, _, told = text.partition("Status code distribution:")
    statuses, _, wrong = told.partition("Error distribution:")
    by_status = [(int(status), int(count)) for status, count in _STATUS.findall(statuses)]
    errors: dict[str, int] = {}
    for kind, count in [
        *((kinds.of_status(status), count) for status, count in by_status),
        *((kinds.of_text(said), int(count)) for count, said in _ERROR.findall(wrong)),
    ]:
        if kind:
            errors[kind] = errors.get(kind, 0) + count
    answered = sum(count for _, count in by_status)
    # of few answers it does not know the last ones, and prints a share of 0 for them
    points = {int(share) / 100: float(seconds) for share, seconds in _QUANTILE.findall(text) if share != "0"}
    return {
        "part": RATE,
        "edge": edge,
        "step": path,
        "seconds": times["Total"],
        "requests": answered + sum(int(count) for count, _ in _ERROR.findall(wrong)),
        "errors": errors,
        "answered": answered,
        "knots": curves.of_quantiles(points, times["Fastest"], times["Slowest"]) if answered else [],
    }
