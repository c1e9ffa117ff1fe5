# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what a rehearsal measured may happen to production. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from . import words

if TYPE_CHECKING:
    from ...module_utils._rehearsal.shapes import Measured, Waited
    from .._alembic.findings import Allowance
    from .shapes import Migration

PASSED, ALLOWED, REFUSED, BEFORE = "passed", "allowed", "refused", "before"
#: rules, as entries of migrations.yml name them
WAIT, DURATION, ROWS = "rehearsed-wait", "rehearsed-duration", "rehearsed-rows"
#: who only reads waits for this one alone
_ALL = "AccessExclusiveLock"


class Limits(NamedTuple):
    """``wait`` in milliseconds."""

    wait: int
    seconds: int
    lost_rows: bool


class Fault(NamedTuple):
    """``rule`` is empty where no entry can allow it."""

    rule: str
    text: str


def judge(measured: Sequence[Measured], pending: Sequence[str], limits: Limits, allowed: Sequence[Allowance]) -> list[Migration]:
    """``pending``: what production is short of, empty where nobody says; of the others only the dump is."""
    return [_judged(one, limits, allowed, not pending or one["revision"] in pending) for one in measured]


def _judged(one: Measured, limits: Limits, allowed: Sequence[Allowance], wanted: bool) -> Migration:
    faults = faults_of(one, limits) if wanted or one["error"] else []
    rules = {entry.rule for entry in allowed if entry.revision == one["revision"] and entry.direction == "up"}
    left = [fault for fault in faults if fault.rule not in rules]
    verdict = REFUSED if left else ALLOWED if faults else PASSED if wanted else BEFORE
    return {
        "revision": one["revision"], "message": one["message"], "seconds": one["seconds"], "readers": readers(one), "writers": writers(one),
        "lock": one["lock"], "changed": one["changed"], "verdict": verdict,
        "why": [fault.text for fault in left or faults],
    }  # fmt: skip


def faults_of(one: Measured, limits: Limits) -> list[Fault]:
    if one["error"]:
        return [Fault("", words.failed(one))]
    found = []
    if max(readers(one)["ms"], writers(one)["ms"]) > limits.wait:
        found.append(Fault(WAIT, words.waited(one, readers(one), writers(one), limits.wait)))
    if one["seconds"] > limits.seconds:
        found.append(Fault(DURATION, words.lasted(one, limits.seconds)))
    lost = [table for table in one["changed"] if (table["after"] or 0) < table["before"]]
    if lost and not limits.lost_rows:
        found.append(Fault(ROWS, words.lost(one["revision"], lost)))
    return found


def readers(one: Measured) -> Waited:
    """The longest that a probe waited, or that the lock was held which it would have waited for: whatever was seen is a floor."""
    return _worse(one["reader"], one, one["lock"] is not None and one["lock"]["mode"] == _ALL)


def writers(one: Measured) -> Waited:
    return _worse(one["writer"], one, one["lock"] is not None)


def _worse(waited: Waited, one: Measured, counts: bool) -> Waited:
    lock = one["lock"]
    return {"ms": lock["ms"], "table": lock["table"]} if lock and counts and lock["ms"] > waited["ms"] else waited
