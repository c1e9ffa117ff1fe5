# SPDX-License-Identifier: GPL-3.0-or-later
"""Live schema against models: what Alembic's autogenerate would change, and what it does not look at (constraints' state, checks)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import describe
from .project import connected

if TYPE_CHECKING:
    from alembic.migration import MigrationContext
    from sqlalchemy import CheckConstraint, MetaData
    from sqlalchemy.engine.interfaces import Dialect
    from sqlalchemy.schema import Constraint

    from . import shapes


_UNVALIDATED = """
SELECT conrelid::regclass::text AS place, conname AS name FROM pg_constraint
WHERE NOT convalidated AND conrelid <> 0
  AND connamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) ORDER BY 1, 2
"""


def differences(context: MigrationContext) -> list[shapes.Difference] | None:
    """Each {kind, table, name, models, database}; None where env.py names no metadata."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    found = describe.metadatas(context)
    if not found:
        return None
    options = {**context.opts, "compare_type": True, "compare_server_default": True, "as_sql": False, "fn": None}
    own = MigrationContext.configure(connected(context), opts=options)
    entries: list[shapes.Difference] = []
    several: Any = found
    for one in compare_metadata(own, several if len(found) > 1 else found[0]):
        entries += [_modified(part) for part in one] if isinstance(one, list) else [_whole(one, context.dialect)]
    return entries + _checks(context, found)


def _entry(kind: str, table: str, name: str, models: str, database: str) -> shapes.Difference:
    return {"kind": kind, "table": table, "name": name, "models": models, "database": database}


def _modified(part: Any) -> shapes.Difference:
    action, schema, table, column, _facts, live, wanted = part
    kind = action.replace("modify_", "column_")
    return _entry(kind, describe._name(schema, table), column, _plain(wanted), _plain(live))


def _plain(value: Any) -> str:
    """A type, a flag or a server default as one would write it in SQL."""
    if value is None or value is False:
        return "none" if value is None else "no"
    argument = getattr(value, "arg", value)
    return "yes" if value is True else str(getattr(argument, "text", argument))


def _whole(one: Any, dialect: Dialect) -> shapes.Difference:
    """add_x: the models have it and the database has not; remove_x: the other way round."""
    action, *rest = one
    verb, _, kind = str(action).partition("_")
    here, there = ("yes", "no") if verb == "add" else ("no", "yes")
    thing = rest[-1]
    if kind == "column":
        text = describe._type(thing.type, dialect) + ("" if thing.nullable else " NOT NULL")
        here, there = (text, there) if verb == "add" else (here, text)
        return _entry("column", describe._name(rest[0], rest[1]), thing.name, here, there)
    owner = getattr(thing, "table", thing)
    name = getattr(thing, "name", None) or str(thing)
    return _entry(kind, describe._name(getattr(owner, "schema", None), getattr(owner, "name", "")), str(name), here, there)


def _checks(context: MigrationContext, found: list[MetaData]) -> list[shapes.Difference]:
    """Check constraints by name: Alembic does not compare them. And those that were never validated."""
    from sqlalchemy import CheckConstraint, inspect, text

    entries: list[shapes.Difference] = []
    connection = connected(context)
    inspector = inspect(connection)
    for table in [table for one in found for table in one.tables.values()]:
        if not inspector.has_table(table.name, table.schema):
            continue
        wanted = {
            str(context.dialect.identifier_preparer.format_constraint(one))
            for one in table.constraints
            if _is_named_check(one, CheckConstraint)
        }
        wanted = {name.strip('"') for name in wanted}
        live = {str(one["name"]) for one in inspector.get_check_constraints(table.name, table.schema)}
        place = describe._name(table.schema, table.name)
        entries += [_entry("check", place, name, "yes", "no") for name in sorted(wanted - live)]
        entries += [_entry("check", place, name, "no", "yes") for name in sorted(live - wanted)]
    for place, name in connection.execute(text(_UNVALIDATED)).fetchall():
        entries.append(_entry("constraint", place, name, "valid", "not validated"))
    return entries


def _is_named_check(constraint: Constraint, kind: type[CheckConstraint]) -> bool:
    """Those that a type brings along (Enum, Boolean) only exist where the dialect has no such type."""
    return isinstance(constraint, kind) and constraint.name is not None and not getattr(constraint, "_type_bound", False)
