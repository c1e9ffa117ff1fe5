# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps count while the load runs."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.load.connection import RequestError
from tests.load.requests import Request

EXAMPLES = 5
# A proxy says so when the application did not answer it: whether the write was done it cannot tell either.
GATEWAY = ("status 502", "status 504")


@dataclass
class Count:
    ok: int = 0
    failed: int = 0
    retried: int = 0
    latencies: array[float] = field(default_factory=lambda: array("d"))

    def result(self) -> dict[str, Any]:
        sent = self.ok + self.failed
        return {"sent": sent, "ok": self.ok, "failed": self.failed, "retried": self.retried, "milliseconds": spread(self.latencies)}


@dataclass
class Gap:
    """The longest time without a success."""

    last: float = 0
    seconds: float = 0
    at: float = 0
    over: bool = False  # answers that come after the last request was sent are few: no measure of anything

    def success(self, now: float) -> None:
        if self.over:
            return
        if now - self.last > self.seconds:
            self.seconds, self.at = now - self.last, self.last
        self.last = max(self.last, now)


@dataclass
class Group:
    """Events of the same sort: how many, when, and the first of them."""

    count: int = 0
    first: float = 0
    last: float = 0
    examples: list[dict[str, Any]] = field(default_factory=list)

    def add(self, at: float, request: Request, detail: str) -> None:
        self.count, self.last = self.count + 1, at
        self.first = self.first if self.examples else at
        if len(self.examples) < EXAMPLES:
            self.examples.append({"at": round(at, 3), "request": request.identity, "token": request.token, "detail": detail})


@dataclass
class Tally:
    """All times are seconds since the start; a latency counts from when the request was due, so that waiting in here is not lost."""

    by_kind: dict[str, Count]
    by_host: dict[str, Count]
    gaps: dict[str, Gap]
    failures: dict[tuple[str, str, str], Group] = field(default_factory=dict)
    retries: dict[tuple[str, str, str], Group] = field(default_factory=dict)
    acknowledged: int = 0
    refused: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)

    def good(self, host: str, request: Request, due: float, now: float, retried: bool) -> None:
        for count in (self.by_kind[request.kind], self.by_host[host]):
            count.ok += 1
            count.retried += retried
            count.latencies.append(now - due)
        self.gaps[host].success(now)
        self.acknowledged += request.token is not None
        if retried:
            self._group(self.retries, host, request, "kept connection ended").add(now, request, "")

    def bad(self, host: str, request: Request, now: float, failure: RequestError) -> None:
        self.by_kind[request.kind].failed += 1
        self.by_host[host].failed += 1
        self._group(self.failures, host, request, failure.reason).add(now, request, failure.detail)
        if request.token is not None:
            told = failure.reason.startswith("status ") and failure.reason not in GATEWAY
            (self.refused if told else self.unanswered).append(request.token)

    def sending_ended(self, now: float) -> None:
        """A gap that nobody's answer ended yet counts up to here."""
        for gap in self.gaps.values():
            gap.success(now)
            gap.over = True

    def _group(self, groups: dict[tuple[str, str, str], Group], host: str, request: Request, reason: str) -> Group:
        return groups.setdefault((host, request.kind, reason), Group())


def listed(groups: dict[tuple[str, str, str], Group]) -> list[dict[str, Any]]:
    """In the order of their first events."""
    return [
        {
            "host": host,
            "kind": kind,
            "reason": reason,
            "count": group.count,
            "first": round(group.first, 3),
            "last": round(group.last, 3),
            "examples": group.examples,
        }
        for (host, kind, reason), group in sorted(groups.items(), key=lambda item: item[1].first)
    ]


def spread(seconds: Sequence[float]) -> dict[str, float | None]:
    """In milliseconds."""
    ordered = sorted(seconds)
    return {
        "p50": percentile(ordered, 0.50),
        "p95": percentile(ordered, 0.95),
        "p99": percentile(ordered, 0.99),
        "max": percentile(ordered, 1),
    }


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """A value that was measured (nearest rank), not one between two."""
    if not ordered:
        return None
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)] * 1000, 2)
