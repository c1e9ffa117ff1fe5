# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are told: one line each, with what, where, why and the next step. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._inside.words import at, blocker
from .compat import Problem
from .findings import Finding

if TYPE_CHECKING:
    from ...module_utils._inside.shapes import Blocked, Difference, Read, Step


def unknown(read: Read, place: str) -> str:
    database, heads = read["server"]["database"], ", ".join(read["heads"]) or "nothing"
    return (
        f"database {database} is at {at(read['current'])}, and {place} does not know {', '.join(read['unknown'])} (its newest is {heads}): "
        "a newer release has migrated it; deploy that one, or let it downgrade the schema first"
    )


def refused(findings: list[Finding]) -> str:
    """Every one of them is named, and so is the entry for each rule: mending one at a time costs a build each."""
    entries = ", ".join(dict.fromkeys(_entry(finding) for finding in findings))
    return f"refused: {'; '.join(str(finding) for finding in findings)}. Change the revision, or add to 'allow': {entries}"


def _entry(finding: Finding) -> str:
    direction = ", direction: down" if finding.direction == "down" else ""
    return f"{{revision: '{finding.revision}', rule: {finding.rule}, reason: …{direction}}}"


def incompatible(problems: list[Problem], image: str, now: str, before: str) -> str:
    return (
        f"the schema is at {now}, and {image}, which still runs, cannot live with it: {'; '.join(map(str, problems))}. "
        f"Roll forward at once, or go back with state=revision revision={before}"
    )


def afterwards(before: list[str], now: list[str] | None) -> str:
    """Of a run that ended without saying what it left."""
    if now is None:
        return "where the database is now could not be read: run with state=current to see it"
    return f"the database is still at {at(now)}" if now == before else f"the database went from {at(before)} to {at(now)}, which is kept"


def waits(blocked: list[Blocked]) -> list[str]:
    return [f"attempt {one['attempt']} of {one['revision'] or 'the run'} was blocked by {blocker(one)}" for one in blocked]


def difference(one: Difference) -> str:
    owner = f"{one['table']}." if one["name"] != one["table"] and one["table"] else ""
    return f"{one['kind']} {owner}{one['name']}: models {one['models']}, database {one['database']}"


def preview(one: Step) -> str:
    """A pending step as the diff of check mode."""
    head = f"{one['revision']} ({one['direction']}) {one['message'].splitlines()[0] if one['message'] else ''}".rstrip()
    return f"{head}\n{one['unreadable'] or one['sql']}\n"
