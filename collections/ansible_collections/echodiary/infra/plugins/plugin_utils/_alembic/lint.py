# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at each step alone: squawk, our own rules, and whether the release that runs now could live with the tables afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import rules, sql, squawk, tree
from .findings import ADVICE, REFUSED, Finding

if TYPE_CHECKING:
    from pglast.ast import Node

    from ...module_utils._inside.shapes import Step

#: what is shown of a statement
LENGTH = 160
UNPARSABLE = "unparsable"
#: squawk's name for what has another one here
_SQUAWKS = {UNPARSABLE: "syntax-error"}


def step(one: Step, version_table: str, server_version: int) -> list[Finding]:
    if one["unreadable"]:
        return [_finding(one, "unreadable", 0, "", f"its SQL cannot be had without a database: {one['unreadable']}", REFUSED)]
    script = sql.read(one["sql"])
    own = [statement for statement in script.statements if _is_bookkeeping(statement.node, version_table)]
    rest = [statement for statement in script.statements if not _is_bookkeeping(statement.node, version_table)]
    found = _unparsable(one, rest) + _by_rules(one, rest)
    found += _by_squawk(one, rest, squawk.complaints(sql.without(script.text, own), server_version), found)
    return sorted(found, key=lambda finding: finding.line)


def _unparsable(one: Step, statements: list[sql.Statement]) -> list[Finding]:
    why = "PostgreSQL's parser cannot read it, so nobody knows what it does"
    return [_finding(one, UNPARSABLE, s.line, s.text, f"{why}: {s.error}", REFUSED) for s in statements if s.node is None]


def _by_rules(one: Step, statements: list[sql.Statement]) -> list[Finding]:
    hits = rules.check([statement for statement in statements if statement.node is not None])
    return [_finding(one, hit.rule, hit.line, hit.statement.text, hit.message, hit.level) for hit in hits]


def _by_squawk(one: Step, statements: list[sql.Statement], complaints: list[squawk.Complaint], known: list[Finding]) -> list[Finding]:
    """What is known already is not said again."""
    seen = {(_SQUAWKS.get(finding.rule, finding.rule), _statement_at(statements, finding.line)) for finding in known}
    found = []
    for complaint in complaints:
        at = _statement_at(statements, complaint.line)
        if (complaint.rule, at) not in seen:
            seen.add((complaint.rule, at))
            text = statements[at].text if at is not None else ""
            level = ADVICE if complaint.rule in squawk.ADVICE else REFUSED
            found.append(_finding(one, complaint.rule, complaint.line, text, complaint.message, level))
    return found


def _finding(one: Step, rule: str, line: int, statement: str, message: str, level: str) -> Finding:
    text = statement if len(statement) <= LENGTH else statement[: LENGTH - 1] + "…"
    return Finding(one["revision"], one["direction"], rule, line, text, message, level)


def _is_bookkeeping(node: Node | None, version_table: str) -> bool:
    """Alembic's own: about the table that holds the revision and no other, and plain."""
    if tree.kind(node) not in ("CreateStmt", "DropStmt", "InsertStmt", "DeleteStmt", "UpdateStmt") or tree.calls(node):
        return False
    names = {name.rpartition(".")[2].lower() for name in [*tree.tables(node), *tree.relations(node)]}
    return names == {version_table.lower()}


def _statement_at(statements: list[sql.Statement], line: int) -> int | None:
    """The last statement that begins on or before the line."""
    before = [at for at, statement in enumerate(statements) if statement.line <= line]
    return before[-1] if before else None
