# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of ``health_gate`` returns. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import timeline, words
from .model import INCONCLUSIVE, Condition, Tick
from .timeline import PASSED

if TYPE_CHECKING:
    from .shapes import Outcome


def of(
    decision: timeline.Decision, line: list[Tick], conditions: list[Condition], elapsed: float, *, check: bool, lenient: bool
) -> Outcome:
    """``lenient``: no evidence is good enough. ``logs`` are not in it yet."""
    good = decision.verdict == PASSED
    inconclusive = decision.verdict == INCONCLUSIVE
    tolerated = inconclusive and lenient
    culprit = line[-1].culprit()
    message = words.ended(decision, line, conditions, elapsed)
    found: Outcome = {
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
    }
    return _borne(found, tolerated=tolerated, check=check and not good)


def unheard(why: str, *, lenient: bool) -> Outcome:
    """The host that asks does not answer: nothing is known of any condition, which is what inconclusive means."""
    message = f"gate inconclusive: {why}"
    found: Outcome = {
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
    }
    return _borne(found, tolerated=lenient, check=False)


def _borne(found: Outcome, *, tolerated: bool, check: bool) -> Outcome:
    if not tolerated and not check:
        return found
    why = "on_inconclusive is pass, so the run goes on" if tolerated else "this is check mode, so the run goes on"
    return {**found, "warnings": [f"{found['msg']}; {why}"]}


def with_logs(found: Outcome, logs: dict[str, str]) -> Outcome:
    return {**found, "logs": logs, "msg": words.with_logs(found["msg"], logs)}
