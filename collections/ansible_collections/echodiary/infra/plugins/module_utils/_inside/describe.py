# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables and columns as plain data: of the models (what the code expects) and of the database (what there is).

A table: {column: {type, family, nullable, server_default, client_default}}; its name carries the schema unless that is the default one.
"""

from __future__ import annotations

from typing import Any

Tables = "dict[str, dict[str, dict[str, Any]]]"


def metadatas(context: Any) -> list[Any]:
    found = context.opts.get("target_metadata")
    return list(found) if isinstance(found, (list, tuple)) else [found] if found is not None else []


def models(context: Any) -> Any:
    """None where env.py names no metadata: then nobody can say what the code expects."""
    found = metadatas(context)
    if not found:
        return None
    return {_name(table.schema, table.name): _model(table, context.dialect) for one in found for table in one.tables.values()}


def _name(schema: Any, table: str) -> str:
    return f"{schema}.{table}" if schema else table


def _model(table: Any, dialect: Any) -> dict[str, dict[str, Any]]:
    columns = {}
    for column in table.columns:
        generated = column.identity is not None or column.computed is not None or table._autoincrement_column is column
        columns[column.name] = {
            "type": _type(column.type, dialect),
            "family": column.type._type_affinity.__name__,
            "nullable": bool(column.nullable),
            "server_default": generated or column.server_default is not None,
            "client_default": column.default is not None,
        }
    return columns


def database(context: Any) -> Any:
    """The default schema and every one that a model names; views count, since code cannot tell them from tables."""
    from sqlalchemy import inspect

    inspector = inspect(context.connection)
    schemas = {None, *(table.schema for one in metadatas(context) for table in one.tables.values())}
    found = {}
    for schema in sorted(schemas, key=str):
        for table in [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]:
            columns = inspector.get_columns(table, schema)
            found[_name(schema, table)] = {column["name"]: _live(column, context.dialect) for column in columns}
    return found


def _live(column: Any, dialect: Any) -> dict[str, Any]:
    filled = column.get("default") is not None or bool(column.get("identity")) or bool(column.get("computed"))
    return {
        "type": _type(column["type"], dialect),
        "family": column["type"]._type_affinity.__name__,
        "nullable": bool(column["nullable"]),
        "server_default": filled,
        "client_default": False,
    }


def _type(kind: Any, dialect: Any) -> str:
    try:
        return str(kind.compile(dialect=dialect))
    except Exception:  # a type of the application's own that only compiles in its place
        return type(kind).__name__
