# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a log, for people who have to find out why a gate stayed shut."""

from __future__ import annotations

from .._host.run import run, tail
from .._kinds.model import Resource

TIMEOUT = 10.0


def last_lines(resource: str, count: int) -> str:
    """``resource``: ``unit:<name>`` or ``container:<name>``. What cannot be read says so in place of the log."""
    kind, name = Resource.parse(resource)
    if kind == "unit":
        command = ["journalctl", "--unit", name, "--lines", str(count), "--no-pager", "--output", "cat"]
    else:
        command = ["docker", "logs", "--tail", str(count), "--", name]
    return tail(run(command, TIMEOUT).output, count)
