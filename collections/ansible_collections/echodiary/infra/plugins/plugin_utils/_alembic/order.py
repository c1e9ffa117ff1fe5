# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that are only dangerous together, in one transaction. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from . import tree
from .findings import Hit
from .sql import Statement

_ENDS = ("TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK", "TRANS_STMT_PREPARE")


def check(statements: list[Statement]) -> Iterator[Hit]:
    one = _Transaction()
    for statement in statements:
        if tree.kind(statement.node) == "TransactionStmt":
            one.turn(statement.node)
        yield from one.validated(statement)
        yield from one.used(statement)


class _Transaction:
    def __init__(self) -> None:
        self._open = True  # Alembic begins one
        self._waiting: set[str] = set()  # tables with a constraint that is NOT VALID
        self._made: set[str] = set()  # types of the revision's own
        self._added: set[str] = set()  # values of enums

    def turn(self, node: Any) -> None:
        """Outside of a transaction every statement is one of its own, so what came before is over when the next begins."""
        ends, begins = node.kind.name in _ENDS, node.kind.name in ("TRANS_STMT_BEGIN", "TRANS_STMT_START")
        if ends or (begins and not self._open):
            self._waiting, self._added = set(), set()
        self._open = begins or (self._open and not ends)

    def validated(self, statement: Statement) -> Iterator[Hit]:
        """NOT VALID and VALIDATE in one transaction: the whole table is read under the lock that NOT VALID was meant to keep short."""
        for action in tree.actions(statement.node):
            table = tree.plain(tree.tables(statement.node)[0])
            if action.subtype.name == "AT_AddConstraint" and action.def_.skip_validation:
                self._waiting.add(table)
            elif action.subtype.name == "AT_ValidateConstraint" and table in self._waiting:
                message = "validated under the lock that adding took: put it into a revision of its own"
                yield Hit("validate-in-same-transaction", statement, statement.line, message)

    def used(self, statement: Statement) -> Iterator[Hit]:
        """PostgreSQL lets nobody use a value of an enum before the transaction that adds it has ended: the revision would fail half way."""
        node: Any = statement.node
        if tree.kind(node) == "CreateEnumStmt":
            self._made.add(tree.plain(tree.name(node.typeName)))
        elif tree.kind(node) == "AlterEnumStmt":
            self._added |= {node.newVal} if not node.oldVal and tree.plain(tree.name(node.typeName)) not in self._made else set()
        elif self._added and self._added & _values(node, self._added):
            message = "used in the transaction that adds it, which PostgreSQL refuses: add the value in a revision of its own"
            yield Hit("enum-value-used-at-once", statement, statement.line, message)


def _values(node: Any, wanted: set[str]) -> set[str]:
    """Those that it names: as constants, within the constant of an array or row, or quoted in a body."""
    constants, bodies = tree.texts(node), tree.bodies(node)
    parts = {part for text in constants for part in re.split(r'[{}(),"]', text)}
    return constants | parts | {value for value in wanted for body in bodies if f"'{value}'" in body.replace("''", "'")}
