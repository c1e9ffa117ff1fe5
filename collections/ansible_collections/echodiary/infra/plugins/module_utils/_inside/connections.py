# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may have how many connections to the server, and who has them now: numbers only, judged on the controller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import server
from .errors import InsideError
from .project import Project, connected

if TYPE_CHECKING:
    from alembic.migration import MigrationContext
    from sqlalchemy import Connection

    from . import shapes

#: what ordinary roles cannot use; 16 brought reserved_connections, and Amazon has one of its own
RESERVED = ("superuser_reserved_connections", "reserved_connections", "rds.rds_superuser_reserved_connections")

_SETTINGS = "SELECT name, setting FROM pg_settings WHERE name = 'max_connections' OR name LIKE '%reserved_connections'"
_ROLE = "SELECT rolname, rolconnlimit, rolsuper FROM pg_roles WHERE rolname = session_user"
_DATABASE = "SELECT datname, datconnlimit FROM pg_database WHERE datname = current_database()"
#: A role sees every session but not always its kind; one without database or user is none of those that are counted.
_SESSIONS = """
SELECT usename, datname, coalesce(application_name, ''), count(*) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND datid IS NOT NULL AND usesysid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def read(request: shapes.Request) -> shapes.Connections:
    """server_version_num, max_connections, reserved (by setting), role, database (each with its limit, -1 for none), sessions."""
    found: list[shapes.Connections] = []

    def see(_heads: tuple[str, ...], context: MigrationContext) -> None:
        if context.dialect.name != "postgresql":
            raise InsideError("environment", f"the database is {context.dialect.name}; only PostgreSQL is known here")
        found.append(_look(connected(context)))

    Project(request["config"], request["section"]).look(see)
    return found[0]


def _look(connection: Connection) -> shapes.Connections:
    settings = {name: int(value) for name, value in _rows(connection, _SETTINGS)}
    ((role, role_limit, superuser),) = _rows(connection, _ROLE)
    ((database, database_limit),) = _rows(connection, _DATABASE)
    sessions: list[shapes.Group] = [
        {"role": user, "database": name, "application": app, "count": count} for user, name, app, count in _rows(connection, _SESSIONS)
    ]
    return {
        "server_version_num": server.version(connection),
        "max_connections": settings["max_connections"],
        "reserved": {name: settings[name] for name in RESERVED if name in settings},
        "role": {"name": role, "limit": role_limit, "superuser": superuser},
        "database": {"name": database, "limit": database_limit},
        "sessions": sessions,
    }


def _rows(connection: Connection, query: str) -> list[Any]:
    from sqlalchemy import text

    return list(connection.execute(text(query)).fetchall())
