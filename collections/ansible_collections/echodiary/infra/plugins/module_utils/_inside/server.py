# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server says of itself: version, indexes that a failed build left behind, and the revision as it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from . import shapes

#: an index of a partitioned table is invalid until every partition has its own, and one that is being built is not left behind
_INVALID = """
SELECT i.indexrelid::regclass::text, i.indrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relkind = 'i'
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) ORDER BY 1
"""


def version(connection: Connection) -> int:
    """As PostgreSQL counts: 170004 is 17.4."""
    return int(scalar(connection, "SHOW server_version_num"))


def scalar(connection: Connection, query: str, **values: str) -> Any:
    from sqlalchemy import text

    return connection.execute(text(query), values).scalar()


def invalid_indexes(connection: Connection) -> list[shapes.Index]:
    from sqlalchemy import text

    return [{"index": index, "table": table} for index, table in connection.execute(text(_INVALID)).fetchall()]


def revisions(connection: Connection, table: str, schema: str | None) -> list[str]:
    """Read without Alembic: after a failure env.py's own connection is of no use any more."""
    from sqlalchemy import text

    quote = connection.dialect.identifier_preparer.quote
    name = f"{quote(schema)}.{quote(table)}" if schema else quote(table)
    if scalar(connection, "SELECT to_regclass(:name)", name=name) is None:
        return []
    return sorted(row[0] for row in connection.execute(text(f"SELECT version_num FROM {name}")).fetchall())  # noqa: S608 - quoted above
