# SPDX-License-Identifier: GPL-3.0-or-later
"""What a revision has made so far: a table of its own has no rows and no readers yet, a function of its own was seen by nobody. Pure."""

from __future__ import annotations

from typing import Any

from . import tree


class Fresh:
    def __init__(self) -> None:
        self._tables: set[str] = set()
        self._functions: set[str] = set()
        self._one_may_write = False  # then those that call it do as well
        self._plans: set[str] = set()
        self._path_moved = False  # then a table without a schema may be any

    def learn(self, node: Any) -> None:
        """From one statement, after it was judged."""
        kind = tree.kind(node)
        self._tables |= self._names(made_table(node))
        if any(tree.sets(one, "search_path") for one in tree.done(node)):
            self._path_moved, self._tables = True, {name for name in self._tables if "." in name}
        if kind == "DropStmt":
            self._tables -= set(tree.tables(node))
        elif kind == "CreateFunctionStmt":
            self._functions.add(tree.plain(tree.name(node.funcname)))
            self._one_may_write |= _may_write(node)
        elif kind == "PrepareStmt":
            self._plans.add(node.name)

    def _names(self, made: Any) -> set[str]:
        if not made or (self._path_moved and not made.schemaname):
            return set()
        return {tree.written(made)} if self._path_moved else tree.spellings(made)

    def all_of(self, node: Any) -> bool:
        """Whether every table that the node is about is one of these."""
        tables = tree.tables(node)
        return bool(tables) and self._tables.issuperset(tables)

    def has_table(self, relation: Any) -> bool:
        return tree.written(relation) in self._tables

    def has_function_that_may_write(self, call: Any) -> bool:
        return self._one_may_write and tree.plain(tree.name(call.funcname)) in self._functions

    def has_plan(self, execute: Any) -> bool:
        return execute.name in self._plans


def made_table(node: Any) -> Any:
    """The relation that a statement certainly makes, or None: IF NOT EXISTS may find one that has rows."""
    kind = tree.kind(node)
    if kind == "CreateStmt":
        return None if node.if_not_exists else node.relation
    if kind == "CreateTableAsStmt":
        return node.into.rel if node.objtype.name == "OBJECT_TABLE" and not node.if_not_exists else None
    return node.intoClause.rel if kind == "SelectStmt" and node.intoClause else None


def _may_write(function: Any) -> bool:
    """PostgreSQL lets no function write by itself that says it is stable or immutable."""
    said = [one.arg.sval for one in function.options or () if one.defname == "volatility"]
    return not set(said) & {"stable", "immutable"}
