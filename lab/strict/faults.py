# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that a test asks for: an error, a throttle, a connection that ends without an answer."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

from .calls import Call
from .errors import DroppedError, RefusedError

Kind = Literal["error", "throttle", "timeout"]
THROTTLED = {
    "ec2": ("RequestLimitExceeded", "Request limit exceeded.", 503),
    "s3": ("SlowDown", "Please reduce your request rate.", 503),
    "json": ("ThrottlingException", "Rate exceeded", 400),
    "rest-json": ("ThrottlingException", "Rate exceeded", 429),
}
THROTTLED_OTHERWISE = ("Throttling", "Rate exceeded", 400)


@dataclass
class Fault:
    """Which calls it meets: every one that matches, the ``nth`` of them and ``times - 1`` more, or a ``share`` of them.

    ``operation`` is a pattern (``ec2:*``). ``after``: the call has its effect, and only its answer is lost to the fault."""

    kind: Kind = "error"
    code: str = "InternalError"
    message: str = "An internal error has occurred."
    status: int | None = 500
    operation: str = "*"
    write: bool | None = None
    nth: int | None = None
    times: int | None = None
    share: float | None = None
    seed: int = 0
    after: bool = False
    seen: int = 0
    met: int = 0
    chance: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in ("error", "throttle", "timeout"):
            raise ValueError(f"a fault is an error, a throttle or a timeout, not {self.kind!r}")
        self.chance = random.Random(self.seed)  # noqa: S311 - repeatable on purpose

    def meets(self, call: Call) -> bool:
        if not fnmatchcase(call.operation, self.operation) or self.write not in (None, call.write):
            return False
        self.seen += 1
        hit = self._due()
        self.met += hit
        return hit

    def _due(self) -> bool:
        if self.share is not None:
            return self.chance.random() < self.share
        first = self.nth or 1
        last = first + (self.times or 1) - 1 if self.nth or self.times else self.seen
        return first <= self.seen <= last

    def problem(self, call: Call) -> Exception:
        if self.kind == "timeout":
            return DroppedError()
        if self.kind == "throttle":
            return throttled(call)
        return RefusedError(self.code, self.message, self.status)


def throttled(call: Call) -> RefusedError:
    return RefusedError(*(THROTTLED.get(call.service) or THROTTLED.get(call.protocol) or THROTTLED_OTHERWISE))


class Faults:
    """Those that are in force. The first that meets a call decides; all of them count it."""

    def __init__(self) -> None:
        self.all: list[Fault] = []

    def add(self, **wanted: Any) -> Fault:
        fault = Fault(**wanted)
        self.all.append(fault)
        return fault

    def for_call(self, call: Call) -> Fault | None:
        return next((fault for fault in [one for one in self.all if one.meets(call)]), None)

    def clear(self) -> None:
        self.all.clear()
