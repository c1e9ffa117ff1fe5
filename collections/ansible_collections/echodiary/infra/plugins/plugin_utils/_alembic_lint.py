# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at each step alone: squawk, our own rules, and whether the release that runs now could live with the tables afterwards."""

from __future__ import annotations

from typing import Any

from . import _alembic_rules as rules
from . import _alembic_sql as sql
from . import _alembic_squawk as squawk
from ._alembic_findings import ADVICE, REFUSED, Finding

#: what is shown of a statement
LENGTH = 160


def step(one: dict[str, Any], version_table: str, server_version: int) -> list[Finding]:
    """``one``: revision, direction, sql, unreadable."""
    if one["unreadable"]:
        return [_finding(one, "unreadable", 0, "", f"its SQL cannot be had without a database: {one['unreadable']}", REFUSED)]
    bare = sql.without_comments(one["sql"])
    statements = sql.statements(bare)
    bookkeeping = [statement for statement in statements if _is_bookkeeping(statement, version_table)]
    statements = [statement for statement in statements if statement not in bookkeeping]
    found = [_finding(one, hit.rule, hit.line, hit.statement.text, hit.message, hit.level) for hit in rules.check(statements)]
    seen = {(finding.rule, _statement_at(statements, finding.line)) for finding in found}
    for complaint in squawk.complaints(sql.without(bare, bookkeeping), server_version):
        at = _statement_at(statements, complaint.line)
        if (complaint.rule, at) in seen:
            continue
        seen.add((complaint.rule, at))
        text = statements[at].text if at is not None else ""
        level = ADVICE if complaint.rule in squawk.ADVICE else REFUSED
        found.append(_finding(one, complaint.rule, complaint.line, text, complaint.message, level))
    return sorted(found, key=lambda finding: finding.line)


def _finding(one: dict[str, Any], rule: str, line: int, statement: str, message: str, level: str) -> Finding:
    text = statement if len(statement) <= LENGTH else statement[: LENGTH - 1] + "…"
    return Finding(one["revision"], one["direction"], rule, line, text, message, level)


def _is_bookkeeping(statement: sql.Statement, version_table: str) -> bool:
    """Alembic's own: the table that holds the revision."""
    texts = [word.text for word in statement.words]
    for lead in (["CREATE", "TABLE"], ["DROP", "TABLE"], ["INSERT", "INTO"], ["DELETE", "FROM"], ["UPDATE"]):
        if texts[: len(lead)] == lead:
            return sql.qualified(statement.words, len(lead))[0].rpartition(".")[2] == version_table.lower()
    return False


def _statement_at(statements: list[sql.Statement], line: int) -> int | None:
    """The last statement that begins on or before the line."""
    before = [at for at, statement in enumerate(statements) if statement.line <= line]
    return before[-1] if before else None
