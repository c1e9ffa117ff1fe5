# SPDX-License-Identifier: GPL-3.0-or-later
"""Sees to it that the migrating session has the timeouts it was promised, whatever env.py and the driver make of PGOPTIONS.

A statement that works CONCURRENTLY blocks nobody while it waits for older transactions, so it gets a longer time of its own: with a
lock_timeout of seconds it would fail on any busy database and leave an invalid index.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import server

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import DBAPICursor

    from . import shapes

_CONCURRENTLY = re.compile(r"^\s*(?:create|drop|reindex|alter|refresh)\b.*\bconcurrently\b", re.IGNORECASE | re.DOTALL)
_MILLISECONDS = "SELECT setting::bigint FROM pg_settings WHERE name = :name"


class Guard:
    """``outside`` becomes true once something was done that no rollback takes back."""

    def __init__(self, limits: shapes.Limits) -> None:
        self.limits = limits
        self.outside = False
        self.notes: list[str] = []
        self._before: dict[str, str] = {}

    def attach(self, connection: Connection) -> int:
        """Returns the backend's pid."""
        from sqlalchemy import event, text

        for name in ("lock_timeout", "statement_timeout"):
            if int(server.scalar(connection, _MILLISECONDS, name=name)) != self.limits[name]:
                connection.execute(text(f"SET {name} = {int(self.limits[name])}"))
                self.notes.append(f"{name} was set in the session: env.py or the driver does not pass PGOPTIONS on")
        if server.version(connection) >= 140000:
            # When our process is killed, the server ends what it was doing for us instead of finishing it unseen.
            connection.execute(text("SET client_connection_check_interval = '5s'"))
        event.listen(connection, "before_cursor_execute", self._begin)
        event.listen(connection, "after_cursor_execute", self._end)
        return int(server.scalar(connection, "SELECT pg_backend_pid()"))

    def _begin(self, connection: Connection, cursor: DBAPICursor, statement: str, *_rest: shapes.Executed) -> None:
        if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
            self.outside = True
        if not _CONCURRENTLY.match(statement):
            return
        for name in ("lock_timeout", "statement_timeout"):
            cursor.execute(f"SELECT current_setting('{name}')")
            self._before[name] = cursor.fetchall()[0][0]
            cursor.execute(f"SET {name} = {int(self.limits['concurrently_timeout'])}")

    def _end(self, _connection: Connection, cursor: DBAPICursor, statement: str, *_rest: shapes.Executed) -> None:
        if not _CONCURRENTLY.match(statement):
            return
        for name, value in self._before.items():
            cursor.execute(f"SET {name} = '{value}'")
        self._before = {}
