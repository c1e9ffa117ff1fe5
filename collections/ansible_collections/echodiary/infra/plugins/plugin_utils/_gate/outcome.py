# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of ``health_gate`` returns. Pure."""

from __future__ import annotations

from typing import Any

from . import timeline, words
from .model import INCONCLUSIVE, Condition, Tick
from .timeline import PASSED


def of(
    decision: timeline.Decision, line: list[Tick], conditions: list[Condition], elapsed: float, *, check: bool, lenient: bool
) -> dict[str, Any]:
    """``lenient``: no evidence is good enough. ``logs`` are not in it yet."""
    good = decision.verdict == PASSED
    inconclusive = decision.verdict == INCONCLUSIVE
    tolerated = inconclusive and lenient
    culprit = line[-1].culprit()
    message = words.ended(decision, line, conditions, elapsed)
    return {
        "changed": False,
        "failed": not good and not tolerated and not check,
        "verdict": decision.verdict,
        "inconclusive": inconclusive,
        "condition": culprit[0] if culprit else None,
        "msg": message,
        "timeline": words.timeline(line),
        "last": words.last(line),
        "logs": {},
        "seconds": round(elapsed, 2),
        **_borne(message, tolerated=tolerated, check=check and not good),
    }


def unheard(why: str, *, lenient: bool) -> dict[str, Any]:
    """The host that asks does not answer: nothing is known of any condition, which is what inconclusive means."""
    message = f"gate inconclusive: {why}"
    return {
        "changed": False,
        "failed": not lenient,
        "verdict": INCONCLUSIVE,
        "inconclusive": True,
        "condition": None,
        "msg": message,
        "timeline": [],
        "last": {},
        "logs": {},
        "seconds": 0.0,
        **_borne(message, tolerated=lenient, check=False),
    }


def _borne(message: str, *, tolerated: bool, check: bool) -> dict[str, list[str]]:
    if not tolerated and not check:
        return {}
    why = "on_inconclusive is pass, so the run goes on" if tolerated else "this is check mode, so the run goes on"
    return {"warnings": [f"{message}; {why}"]}


def with_logs(found: dict[str, Any], logs: dict[str, str]) -> dict[str, Any]:
    return {**found, "logs": logs, "msg": words.with_logs(found["msg"], logs)}
