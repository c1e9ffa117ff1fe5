# SPDX-License-Identifier: GPL-3.0-or-later
"""One line per step, with seconds. Steps may run in several threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Step:
    """What a running step wants to say about its result."""

    def __init__(self) -> None:
        self.result = ""  # nothing worth a line


class Progress:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._start = time.monotonic()

    def say(self, what: str, result: str, seconds: float | None = None) -> None:
        took = "" if seconds is None else f"{seconds:6.1f} s"
        with self._lock:
            print(f"  {what:<26}{result:<48}{took}".rstrip(), flush=True)

    @contextmanager
    def step(self, what: str) -> Iterator[Step]:
        """Prints the step's result and seconds when it ends; what failed is said at once, and why when all has stopped."""
        step, start = Step(), time.monotonic()
        try:
            yield step
        except Exception:
            self.say(what, "failed", time.monotonic() - start)
            raise
        if step.result:
            self.say(what, step.result, time.monotonic() - start)

    def total(self) -> float:
        return time.monotonic() - self._start
