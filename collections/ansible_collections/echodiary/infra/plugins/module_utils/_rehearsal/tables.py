# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tables the copy has, how one row of each is asked for and written to itself, and how many rows each has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from .._database import quoting

if TYPE_CHECKING:
    from .._database.wire import Session
    from .shapes import Counted

#: Alembic writes it in every migration, and no application asks for it.
_VERSIONS = "alembic_version"
#: Name, what it has for a key, and a column that may be set: neither made from others nor numbered by the server alone.
_TABLES = """
SELECT c.oid::bigint, n.nspname, c.relname,
  (SELECT json_agg(a.attname ORDER BY array_position(i.indkey::int2[], a.attnum)) FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey::int2[]) WHERE i.indrelid = c.oid AND i.indisprimary),
  (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    AND a.attidentity <> 'a' ORDER BY a.attnum DESC LIMIT 1)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY pg_table_size(c.oid) DESC, 2, 3
"""


class Table(NamedTuple):
    """``write`` is empty where no column of it may be set."""

    oid: int
    name: str
    read: str
    write: str


def tables(session: Session) -> list[Table]:
    """The largest first. The writer's statements are taken back, and no trigger sees them."""
    found = []
    for oid, schema, name, key, column in session.run(_TABLES):
        where = quoting.within(schema or "", name or "")
        shown = name or "" if schema == "public" else f"{schema}.{name}"
        if name != _VERSIONS:
            write = _write(session, where, json.loads(key or "[]"), column) if column else ""
            found.append(Table(int(oid or 0), shown, f"SELECT 1 FROM ONLY {where} LIMIT 1", write))  # noqa: S608 - quoted above
    return found


def _write(session: Session, where: str, key: list[str], column: str) -> str:
    """To one row, by its key: a migration that has that row is in the way, too."""
    row = f"ctid = (SELECT ctid FROM ONLY {where} LIMIT 1)"  # noqa: S608 - quoted
    if key:
        values = session.run(f"SELECT {', '.join(f'{quoting.name(one)}::text' for one in key)} FROM ONLY {where} LIMIT 1")  # noqa: S608 - quoted
        pairs = zip(key, values[0]) if values else ()
        row = " AND ".join(f"{quoting.name(one)} = {quoting.literal(value or '')}" for one, value in pairs) or row
    set_ = quoting.name(column)
    return f"BEGIN; UPDATE ONLY {where} SET {set_} = {set_} WHERE {row}; ROLLBACK"  # noqa: S608 - quoted


def counts(session: Session, found: list[Table]) -> dict[int, tuple[str, int]]:
    """By oid: name and rows."""
    return {one.oid: (one.name, int(session.run(one.read.replace("SELECT 1", "SELECT count(*)", 1))[0][0] or 0)) for one in found}


def changed(before: dict[int, tuple[str, int]], after: dict[int, tuple[str, int]]) -> list[Counted]:
    """Tables with other rows than before. One with another name is the same; one that was made anew under the old name, too. Pure."""
    named = dict(after.values())
    result: list[Counted] = []
    for oid, (name, rows) in before.items():
        now = after[oid][1] if oid in after else named.get(name)
        if now != rows:
            result.append({"table": name, "before": rows, "after": now})
    return result
