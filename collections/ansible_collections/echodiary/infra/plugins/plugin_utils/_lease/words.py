# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lock tells people: who holds it, why, since when, until when, where to watch, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._common import timestamps

if TYPE_CHECKING:
    from ...module_utils._lease.shapes import Decided, FreezeView, LeaseView, View


def holder(lease: LeaseView, now: str) -> str:
    since = timestamps.between(lease["acquired"], now)
    parts = [
        f"held by {lease['owner']} since {timestamps.clock(lease['acquired'], now)} ({timestamps.span(since)}): {lease['reason']}",
        f"until {timestamps.clock(lease['expires'], now)} unless renewed" if not lease["expired"] else "expired, free to be taken",
        lease["run_url"],
    ]
    return "; ".join(part for part in parts if part)


def freeze(found: FreezeView, now: str) -> str:
    left = timestamps.span(timestamps.between(now, found["until"]))
    return f"frozen by {found['owner']} until {timestamps.clock(found['until'], now)} ({left} more): {found['reason']}"


def refusal(name: str, answer: Decided, waited: float) -> str:
    """One line: what, why, next step."""
    lease, frozen, now = answer["lease"], answer["freeze"], answer["now"]
    who = holder(lease, now) if lease else ""
    if answer["outcome"] == "lost":
        who = f"now {who}" if who else "it was released or taken by force"
        return f"lock {name} was lost: {who}; stop here, another run may be at work on the same hosts"
    if frozen and answer["outcome"] == "frozen":
        return f"lock {name} is {freeze(frozen, now)}; wait until then, or give override_freeze=<why this cannot wait>"
    waiting = f"waited {timestamps.span(waited)} in vain, wait longer" if waited >= 1 else "wait for it"
    return f"lock {name} is {who}; {waiting} (wait=<seconds>), or release it with force=true and a reason"


def summary(name: str, answer: Decided, state: str, *, check: bool) -> str:
    """One line for a request that was granted."""
    notes = "".join(f"; {note}" for note in answer["notes"])
    if state == "read":
        return f"lock {name}: {_standing(answer)}{notes}"
    if answer["outcome"] == "same":
        return f"lock {name}: nothing to do{notes}"
    return f"lock {name}: {'would be ' if check else ''}{state}{_until(answer, state)}{notes}"


def _standing(answer: View) -> str:
    lease, frozen, now = answer["lease"], answer["freeze"], answer["now"]
    parts = [holder(lease, now) if lease else "free"]
    if frozen and frozen["active"]:
        parts.append(freeze(frozen, now))
    return "; ".join(parts)


def _until(answer: View, state: str) -> str:
    lease, frozen, now = answer["lease"], answer["freeze"], answer["now"]
    if lease and state in ("acquired", "renewed"):
        return f" until {timestamps.clock(lease['expires'], now)} (token {lease['token']})"
    if frozen and state == "frozen":
        return f" until {timestamps.clock(frozen['until'], now)}"
    return ""
