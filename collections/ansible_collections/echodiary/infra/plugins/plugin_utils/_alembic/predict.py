# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tables will look like after a step, read from its SQL: enough of DDL to know what another release would find. Pure.

Types are not followed: whether a new one still suits the code is judged on the real table afterwards.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from . import tree
from .sql import Statement

if TYPE_CHECKING:
    from ...module_utils._inside.shapes import Column, Columns, Tables


def after(tables: Tables, statements: list[Statement]) -> Tables:
    """New tables are left out: no other release knows them."""
    changed = copy.deepcopy(tables)
    for statement in statements:
        if act := _STATEMENTS.get(tree.kind(statement.node)):
            act(changed, statement.node)
    return changed


def _drop(tables: Tables, node: Any) -> None:
    if node.removeType.name in _RELATIONS:
        for one in node.objects:
            tables.pop(tree.plain(tree.name(one)), None)


def _rename(tables: Tables, node: Any) -> None:
    table = tree.plain(tree.written(node.relation)) if node.relation else ""
    if table not in tables:
        return
    columns = tables[table]
    if node.renameType.name in _RELATIONS:
        schema = f"{node.relation.schemaname}." if node.relation.schemaname else ""
        tables[tree.plain(schema + node.newname)] = tables.pop(table)
    elif node.renameType.name == "OBJECT_COLUMN" and node.subname in columns:
        columns[node.newname] = columns.pop(node.subname)


def _move(tables: Tables, node: Any) -> None:
    table = tree.plain(tree.written(node.relation)) if node.relation else ""
    if table in tables:
        tables[tree.plain(f"{node.newschema}.{node.relation.relname}")] = tables.pop(table)


def _alter(tables: Tables, node: Any) -> None:
    columns = tables.get(tree.plain(tree.written(node.relation)), {})
    for action in tree.actions(node):
        if act := _ACTIONS.get(action.subtype.name):
            act(columns, action)


def _add_column(columns: Columns, action: Any) -> None:
    made = action.def_
    said = {one.contype.name for one in made.constraints or ()}
    filled = bool(said & _FILLED) or "serial" in tree.name(made.typeName.names)
    column: Column = {"type": "", "family": "", "nullable": not said & _REQUIRED, "server_default": filled, "client_default": False}
    columns.setdefault(made.colname, column)


def _drop_column(columns: Columns, action: Any) -> None:
    columns.pop(action.name, None)


def _constrain(columns: Columns, action: Any) -> None:
    """A primary key is NOT NULL as well; one from an index does not name its columns."""
    required = action.def_.contype.name in _REQUIRED
    for key in (action.def_.keys or ()) if required else ():
        _set(columns, key.sval, "nullable", False)


def _set(columns: Columns, name: str, key: Literal["nullable", "server_default"], value: bool) -> None:
    if name in columns:
        columns[name][key] = value


_RELATIONS = ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE")
_FILLED = {"CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"}
_REQUIRED = {"CONSTR_NOTNULL", "CONSTR_PRIMARY"}

_STATEMENTS: dict[str, Callable[[Tables, Any], None]] = {
    "DropStmt": _drop,
    "RenameStmt": _rename,
    "AlterObjectSchemaStmt": _move,
    "AlterTableStmt": _alter,
}

_ACTIONS: dict[str, Callable[[Columns, Any], None]] = {
    "AT_AddColumn": _add_column,
    "AT_DropColumn": _drop_column,
    "AT_AddConstraint": _constrain,
    "AT_SetNotNull": lambda columns, action: _set(columns, action.name, "nullable", False),
    "AT_DropNotNull": lambda columns, action: _set(columns, action.name, "nullable", True),
    "AT_ColumnDefault": lambda columns, action: _set(columns, action.name, "server_default", action.def_ is not None),
    "AT_AddIdentity": lambda columns, action: _set(columns, action.name, "server_default", True),
    "AT_DropIdentity": lambda columns, action: _set(columns, action.name, "server_default", False),
    "AT_DropExpression": lambda columns, action: _set(columns, action.name, "server_default", False),
}
