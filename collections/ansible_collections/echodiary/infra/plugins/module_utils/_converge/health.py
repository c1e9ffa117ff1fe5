# SPDX-License-Identifier: GPL-3.0-or-later
"""Does it serve? HTTP probes with an expected status and JSON fields, on a monotonic deadline."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Callable, NamedTuple

from .._host import http

if TYPE_CHECKING:
    from .._kinds import documents, model

PROBE_TIMEOUT = 3.0
DEFAULT_DEADLINE = 60.0


class Pace(NamedTuple):
    """Asked every ``interval`` s; well once ``passes`` answers in a row were good."""

    interval: float = 0.5
    passes: int = 5

    @property
    def settle(self) -> float:
        """How long what was started has to stay up before it counts (s)."""
        return self.interval * (self.passes - 1)


class Verdict(NamedTuple):
    """``stuck``: a process is there and nobody answers, or Docker's own checks fail again and again: a new one may be well."""

    health: str
    why: str = ""
    stuck: bool = False


def probe(check: documents.ProbeSpec) -> Verdict:
    """One question. ``check``: url, status (200), json {"dotted.path": value}, timeout (s)."""
    answer = http.request("GET", check["url"], float(check.get("timeout", PROBE_TIMEOUT)))
    return judge(check, answer)


def judge(check: documents.ProbeSpec, answer: http.Answer) -> Verdict:
    wanted = check.get("status", 200)
    if answer.status == 0:
        return Verdict("Degraded", f"{check['url']} does not answer ({answer.text})", stuck=True)
    if answer.status != wanted:
        return Verdict("Degraded", f"{check['url']} answers {answer.status}, not {wanted}: {answer.text[:300].strip()}")
    body = answer.json() if check.get("json") else None
    for path, value in (check.get("json") or {}).items():
        if lookup(body, path) != value:
            return Verdict("Degraded", f"{check['url']}: {path} is {lookup(body, path)!r}, not {value!r}")
    return Verdict("Healthy")


def lookup(body: model.Json, path: str) -> model.Json:
    for part in path.split("."):
        if isinstance(body, list) and part.isdigit() and int(part) < len(body):
            body = body[int(part)]
        elif isinstance(body, dict):
            body = body.get(part)
        else:
            return None
    return body


def once(checks: list[documents.ProbeSpec]) -> Verdict:
    for check in checks:
        verdict = probe(check)
        if verdict.health != "Healthy":
            return verdict
    return Verdict("Healthy")


def wait(look: Callable[[], Verdict], deadline: float, interval: float = Pace().interval) -> Verdict:
    """Ask until healthy or until ``deadline`` seconds have passed."""
    end = time.monotonic() + deadline
    while True:
        verdict = look()
        if verdict.health == "Healthy" or time.monotonic() >= end:
            return verdict
        time.sleep(interval)


def deadline_of(checks: list[documents.ProbeSpec]) -> float:
    return max((float(check.get("deadline", DEFAULT_DEADLINE)) for check in checks), default=DEFAULT_DEADLINE)
