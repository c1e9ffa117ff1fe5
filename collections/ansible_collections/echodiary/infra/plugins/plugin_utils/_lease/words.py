# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lock tells people: who holds it, why, since when, until when, where to watch, and what can be done."""

from __future__ import annotations

from typing import Any

from .._common import timestamps


def holder(answer: dict[str, Any]) -> str:
    """``answer`` of the host, with a lease."""
    lease, now = answer["lease"], answer["now"]
    since = timestamps.between(lease["acquired"], now)
    parts = [
        f"held by {lease['owner']} since {timestamps.clock(lease['acquired'], now)} ({timestamps.span(since)}): {lease['reason']}",
        f"until {timestamps.clock(lease['expires'], now)} unless renewed" if not lease["expired"] else "expired, free to be taken",
        lease["run_url"],
    ]
    return "; ".join(part for part in parts if part)


def freeze(answer: dict[str, Any]) -> str:
    found, now = answer["freeze"], answer["now"]
    left = timestamps.span(timestamps.between(now, found["until"]))
    return f"frozen by {found['owner']} until {timestamps.clock(found['until'], now)} ({left} more): {found['reason']}"


def refusal(name: str, answer: dict[str, Any], waited: float) -> str:
    """One line: what, why, next step."""
    if answer["outcome"] == "lost":
        who = f"now {holder(answer)}" if answer["lease"] else "it was released or taken by force"
        return f"lock {name} was lost: {who}; stop here, another run may be at work on the same hosts"
    if answer["outcome"] == "frozen":
        return f"lock {name} is {freeze(answer)}; wait until then, or give override_freeze=<why this cannot wait>"
    waiting = f"waited {timestamps.span(waited)} in vain, wait longer" if waited >= 1 else "wait for it"
    return f"lock {name} is {holder(answer)}; {waiting} (wait=<seconds>), or release it with force=true and a reason"


def summary(name: str, answer: dict[str, Any], state: str, *, check: bool) -> str:
    """One line for a request that was granted."""
    notes = "".join(f"; {note}" for note in answer["notes"])
    if state == "read":
        return f"lock {name}: {_standing(answer)}{notes}"
    if answer["outcome"] == "same":
        return f"lock {name}: nothing to do{notes}"
    return f"lock {name}: {'would be ' if check else ''}{state}{_until(answer, state)}{notes}"


def _standing(answer: dict[str, Any]) -> str:
    parts = [holder(answer) if answer["lease"] else "free"]
    if answer["freeze"] and answer["freeze"]["active"]:
        parts.append(freeze(answer))
    return "; ".join(parts)


def _until(answer: dict[str, Any], state: str) -> str:
    if state in ("acquired", "renewed"):
        return f" until {timestamps.clock(answer['lease']['expires'], answer['now'])} (token {answer['lease']['token']})"
    if state == "frozen":
        return f" until {timestamps.clock(answer['freeze']['until'], answer['now'])}"
    return ""
