# SPDX-License-Identifier: GPL-3.0-or-later
"""What was done to releases, and who held the lease: their own records, by their own time."""

from __future__ import annotations

import contextlib
import datetime
import glob
import json
import time
from collections.abc import Iterator

from .._host import timestamps
from .shapes import Line

RECORDS = ("/var/lib/echodiary/history.jsonl", "/var/lib/echodiary/lease/*.journal.jsonl")


def lines(since: float, until: float, end: float) -> Iterator[tuple[float, Line]]:
    for path in [path for pattern in RECORDS for path in sorted(glob.glob(pattern))]:
        with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
            for text in file:
                moment = _moment(text)
                if since <= moment < until and time.monotonic() < end:
                    told = {"source": "history", "component": "gitops", "level": "INFO"}
                    yield moment, {"_time": iso(moment), "_msg": text.rstrip("\n"), **told}


def _moment(text: str) -> float:
    """0 where it does not say."""
    try:
        return timestamps.to_wall(json.loads(text)["at"])
    except (ValueError, KeyError, TypeError):
        return 0.0


def iso(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
