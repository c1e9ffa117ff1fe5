# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables and columns as plain data: of the models (what the code expects) and of the database (what there is).

A table: {column: {type, family, nullable, server_default, client_default}}; its name carries the schema unless that is the default one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .project import connected

if TYPE_CHECKING:
    from alembic.migration import MigrationContext
    from sqlalchemy import MetaData, Table
    from sqlalchemy.engine.interfaces import Dialect, ReflectedColumn
    from sqlalchemy.types import TypeEngine

    from . import shapes


def metadatas(context: MigrationContext) -> list[MetaData]:
    found = context.opts.get("target_metadata")
    return list(found) if isinstance(found, (list, tuple)) else [found] if found is not None else []


def models(context: MigrationContext) -> shapes.Tables | None:
    """None where env.py names no metadata: then nobody can say what the code expects."""
    found = metadatas(context)
    if not found:
        return None
    return {_name(table.schema, table.name): _model(table, context.dialect) for one in found for table in one.tables.values()}


def _name(schema: str | None, table: str) -> str:
    return f"{schema}.{table}" if schema else table


def _model(table: Table, dialect: Dialect) -> shapes.Columns:
    columns: shapes.Columns = {}
    for column in table.columns:
        generated = column.identity is not None or column.computed is not None or table._autoincrement_column is column
        columns[column.name] = {
            "type": _type(column.type, dialect),
            "family": _family(column.type),
            "nullable": bool(column.nullable),
            "server_default": generated or column.server_default is not None,
            "client_default": column.default is not None,
        }
    return columns


def database(context: MigrationContext) -> shapes.Tables:
    """The default schema and every one that a model names; views count, since code cannot tell them from tables."""
    from sqlalchemy import inspect

    inspector = inspect(connected(context))
    schemas = {None, *(table.schema for one in metadatas(context) for table in one.tables.values())}
    found = {}
    for schema in sorted(schemas, key=str):
        for table in [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]:
            columns = inspector.get_columns(table, schema)
            found[_name(schema, table)] = {column["name"]: _live(column, context.dialect) for column in columns}
    return found


def _live(column: ReflectedColumn, dialect: Dialect) -> shapes.Column:
    filled = column.get("default") is not None or bool(column.get("identity")) or bool(column.get("computed"))
    return {
        "type": _type(column["type"], dialect),
        "family": _family(column["type"]),
        "nullable": bool(column["nullable"]),
        "server_default": filled,
        "client_default": False,
    }


def _family(kind: TypeEngine[Any]) -> str:
    affinity = kind._type_affinity
    return affinity.__name__ if affinity else ""


def _type(kind: TypeEngine[Any], dialect: Dialect) -> str:
    try:
        return str(kind.compile(dialect=dialect))
    except Exception:  # a type of the application's own that only compiles in its place
        return type(kind).__name__
