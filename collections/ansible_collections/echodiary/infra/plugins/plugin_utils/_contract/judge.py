# SPDX-License-Identifier: GPL-3.0-or-later
"""Every point of the contract, judged from what a host saw; and what people are told. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from . import ending, lying, running
from .points import POINTS
from .shapes import ACCEPTED, BROKEN, KEPT, UNTRIED, Case, Finding, untried

LYING: dict[str, Callable[[Case], Finding]] = {
    "image": lying.image,
    "architecture": lying.architecture,
    "user": lying.user,
    "secrets": lying.secrets,
    "schema": lying.schema,
    "beside": lying.beside,
}
RUNNING: dict[str, Callable[[Case], Finding]] = {
    "starts": running.starts,
    "memory": running.memory,
    "listens": running.listens,
    "check": running.check,
    "host": running.host,
    "requests": running.requests,
    "metrics": running.metrics,
    "healthcheck": running.healthcheck,
    "stop": ending.stop,
    "in_flight": ending.in_flight,
    "writes": ending.writes,
    "logs": ending.logs,
}


def judge(case: Case) -> list[Finding]:
    """One finding for each point, in their order."""
    asleep = running.not_started(case)
    found = [decide(case) for decide in LYING.values()]
    found += [untried(point, asleep) if asleep else decide(case) for point, decide in RUNNING.items()]
    return [_accepted(one, case.wanted.accepts) for one in found]


def _accepted(one: Finding, accepts: Sequence[str]) -> Finding:
    return one._replace(verdict=ACCEPTED) if one.verdict == BROKEN and one.point in accepts else one


def of(found: list[Finding], verdict: str) -> list[Finding]:
    return [one for one in found if one.verdict == verdict]


def words(case: Case, found: list[Finding]) -> str:
    """What is broken, a line each with what mends it; else what was tried, and how long that took."""
    lines = [f"{one.point}: {one.why}; {_fix(case, one.point)}" for one in of(found, BROKEN)]
    if lines:
        return "\n".join([f"{_head(case)} breaks its contract (docs/contract.md), and nothing was touched", *lines])
    tried = len(found) - len(of(found, UNTRIED))
    return f"{_head(case)} keeps its contract: {tried} points of {len(found)}, in {case.seen['seconds']:.1f} s"


def notes(case: Case, found: list[Finding]) -> list[str]:
    """What people have to know although it keeps nobody."""
    told = [f"accepted: {one}" for one in accepted(found)]
    reasons: dict[str, list[str]] = {}
    for one in of(found, UNTRIED):
        reasons.setdefault(one.why, []).append(one.point)
    told += [f"not tried: {', '.join(points)}: {why}" for why, points in reasons.items()]
    return told + [f"not here: {path}, so something empty stood in for it" for path in case.seen["stood_in"]]


def accepted(found: list[Finding]) -> list[str]:
    return [f"{one.point}: {one.why}" for one in of(found, ACCEPTED)]


def named(case: Case, found: list[Finding]) -> str:
    """What is broken and what mends it, in one line."""
    return "; ".join(f"{one.point}: {one.why}; {_fix(case, one.point)}" for one in of(found, BROKEN))


def _head(case: Case) -> str:
    return f"image {case.wanted.image} for {case.wanted.component}"


def _fix(case: Case, point: str) -> str:
    service = case.seen["service"]
    port = service["port"] if service else 0
    return POINTS[point].format(machine=case.seen["machine"], port=port, image=case.wanted.image, host=case.wanted.check_host)


__all__ = ["KEPT", "judge", "named", "notes", "of", "words"]
