# SPDX-License-Identifier: GPL-3.0-or-later
"""What a linter says about one revision, and the list of what is allowed with a reason. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .sql import Statement

REFUSED = "refused"
ADVICE = "advice"
ALLOWED = "allowed"
#: rules of this name are a rehearsal's, which judges by what it measured
REHEARSED = "rehearsed-"


class Hit(NamedTuple):
    """What a rule says about one statement."""

    rule: str
    statement: Statement
    line: int
    message: str
    level: str = REFUSED


class Finding(NamedTuple):
    revision: str
    direction: str  # up or down
    rule: str
    line: int
    statement: str
    message: str
    level: str = REFUSED
    reason: str = ""  # of the entry that allows it

    def __str__(self) -> str:
        where = f"{self.revision} line {self.line}" if self.line else self.revision
        what = f": {self.statement}" if self.statement else ""
        return f"{where} {self.rule}{what} ({self.message})"

    def as_dict(self) -> dict[str, Any]:
        return self._asdict()


class Allowance(NamedTuple):
    revision: str
    rule: str
    reason: str
    direction: str = "up"

    def covers(self, finding: Finding) -> bool:
        return (self.revision, self.rule, self.direction) == (finding.revision, finding.rule, finding.direction)


def judge(findings: list[Finding], allowances: list[Allowance]) -> list[Finding]:
    """The same findings; what an entry covers is allowed, for its reason."""
    judged = []
    for finding in findings:
        entry = next((one for one in allowances if one.covers(finding)), None)
        judged.append(finding._replace(level=ALLOWED, reason=entry.reason) if entry and finding.level == REFUSED else finding)
    return judged


def idle(allowances: list[Allowance], findings: list[Finding], known: set[str], pending: set[str]) -> list[dict[str, str]]:
    """Entries that allow nothing, each with why: a list that only grows soon allows what nobody meant."""
    return [
        {**entry._asdict(), "why": _why_idle(entry, known, pending)}
        for entry in allowances
        if not (entry.rule.startswith(REHEARSED) and entry.revision in pending)
        and not any(entry.covers(finding) and finding.level == ALLOWED for finding in findings)
    ]


def _why_idle(entry: Allowance, applied: set[str], pending: set[str]) -> str:
    if entry.revision in pending:
        return f"{entry.revision} is pending and has no {entry.rule} on its way {entry.direction}"
    if entry.revision in applied:
        return f"{entry.revision} is applied: the entry has done its work"
    return f"no pending revision is called {entry.revision}"
