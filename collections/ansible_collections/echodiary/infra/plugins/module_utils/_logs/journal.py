# SPDX-License-Identifier: GPL-3.0-or-later
"""What the journal has, newest first, as long as there is time."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Any

from . import history, wanted
from .shapes import Line

#: syslog's numbers
PRIORITIES = ("CRITICAL", "CRITICAL", "CRITICAL", "ERROR", "WARNING", "INFO", "INFO", "DEBUG")
#: to syslog PostgreSQL calls what it refused a warning
REFUSED = re.compile(r"\b(ERROR|FATAL|PANIC):  ")
_FIELDS = "MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_COMM,_SYSTEMD_UNIT,_PID"


def lines(since: float, until: float, end: float) -> Iterator[tuple[float, Line]]:
    command = ["journalctl", "--quiet", "--no-pager", "--reverse", "--output=json", f"--output-fields={_FIELDS}"]
    command += [f"--since=@{since:.6f}", f"--until=@{until:.6f}"]
    with contextlib.suppress(FileNotFoundError), subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        stop = threading.Timer(max(0.1, end - time.monotonic()), running.kill)
        stop.start()
        try:
            for raw in running.stdout or ():
                found = of_entry(raw)
                if found:
                    yield found
        finally:
            stop.cancel()
            running.kill()


def of_entry(raw: bytes) -> Any:
    """None for what is no entry."""
    try:
        entry = json.loads(raw)
        moment = int(entry["__REALTIME_TIMESTAMP"]) / 1e6
    except (ValueError, KeyError, TypeError):
        return None
    said, component = _text(entry.get("MESSAGE")), _text(entry.get("SYSLOG_IDENTIFIER") or entry.get("_COMM"))
    told = {
        "_time": history.iso(moment),
        "_msg": said,
        "source": "journal",
        "component": component,
        "level": _level(component, said, str(entry.get("PRIORITY", ""))),
        "unit": _text(entry.get("_SYSTEMD_UNIT")),
        "pid": _text(entry.get("_PID")),
    }
    return moment, {name: value for name, value in told.items() if value or name == "_msg"}


def _level(component: str, said: str, priority: str) -> str:
    refused = REFUSED.search(said) if component.startswith("postgres") else None
    if refused:
        return wanted.level(refused[1])
    return PRIORITIES[int(priority)] if priority in "01234567" and priority else "INFO"


def _text(value: Any) -> str:
    """What is no UTF-8 is told as numbers, a field that is there several times as a list."""
    if isinstance(value, list) and value and isinstance(value[0], int):
        return bytes(value).decode(errors="replace")
    return str(value[0] if isinstance(value, list) and value else value or "")
