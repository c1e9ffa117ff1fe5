# SPDX-License-Identifier: GPL-3.0-or-later
"""From a request to the lines of PostgreSQL that were said for it, by the process that worked for it meanwhile. Pure.

An application that knows its connection's process says it with the request (``database_pid``), and the time that it took. PostgreSQL knows
nothing of requests: to tell it would cost each of its statements a plan of its own.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import NamedTuple

from ...module_utils._logs.shapes import Line

#: seconds that clocks of two hosts may differ
APART = 0.25
#: whose lines in the journal they are, as role postgres has it
PROGRAM = "postgres"
#: as many requests as are followed
MOST = 20
_PID = re.compile(r"\d{1,10}")


class Work(NamedTuple):
    """Of one process, from when until when: seconds since 1970."""

    pid: str
    since: float
    until: float


def worked(lines: Sequence[Line]) -> list[Work]:
    """What is said of processes in lines of requests; the newest of them."""
    found = [work for line in lines for work in _of_line(line)]
    return list(dict.fromkeys(found))[-MOST:]


def _of_line(line: Line) -> list[Work]:
    try:
        ended = datetime.datetime.fromisoformat(line["_time"].replace("Z", "+00:00")).timestamp()
        took = float(line.get("duration_ms") or 0) / 1000
    except ValueError:
        return []
    pids = _PID.findall(line.get("database_pid", ""))
    return [Work(pid, ended - took - APART, ended + APART) for pid in pids]
