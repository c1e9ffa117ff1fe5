# SPDX-License-Identifier: GPL-3.0-or-later
"""A second session that holds the advisory lock while a migration runs, and sees who is in its way.

The lock belongs to a session, because CREATE INDEX CONCURRENTLY commits in between, and it is polled, because a session blocked in
pg_advisory_lock holds a snapshot for which CREATE INDEX CONCURRENTLY would wait: both would wait for ever.
"""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

from . import bridge
from .errors import InsideError, first_lines

if TYPE_CHECKING:
    from types import TracebackType

    from sqlalchemy import Connection, Engine

    from . import shapes

POLL = 0.5
WATCH = 0.25

_HOLDER = """
SELECT a.pid, a.application_name, a.usename, coalesce(host(a.client_addr), 'socket')
FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND ((l.classid::bigint << 32) | l.objid::bigint) = :key
"""
_MINE = """
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid() AND ((classid::bigint << 32) | objid::bigint) = :key
"""
_BLOCKERS = """
SELECT a.pid, a.application_name, a.usename, a.state,
  round(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, a.query_start))::numeric, 1),
  left(regexp_replace(a.query, '\\s+', ' ', 'g'), 200)
FROM unnest(pg_blocking_pids(:pid)) AS blocking(pid) JOIN pg_stat_activity a ON a.pid = blocking.pid
"""


class LockSession:
    """Use as a context manager; ``watched`` is the backend to look after, ``blockers`` what was seen in its way."""

    def __init__(self, engine: Engine, key: int, patience: float) -> None:
        self.engine, self.key, self.patience = engine, key, patience
        self.watched = 0
        self.blockers: dict[int, shapes.Blocker] = {}
        self.holders: list[str] = []
        self.waited = 0.0
        self.lost = ""  # why the lock did not last as long as the migration
        self._error: BaseException | None = None
        self._ready, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> LockSession:
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            raise self._error
        return self

    def __exit__(self, *_details: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stop.set()
        self._thread.join(10)

    def seen(self) -> list[shapes.Blocker]:
        """What was in the way since the last call."""
        found, self.blockers = list(self.blockers.values()), {}
        return found

    def _run(self) -> None:
        try:
            bridge.call(self.engine, self._hold)
        except InsideError as error:
            self._error = error
        except Exception as error:
            if self._ready.is_set():
                self.lost = f"the session with the lock ended before the migration did: {first_lines(error)}"
            self._error = InsideError("environment", f"the lock could not be taken: {first_lines(error)}")
        finally:
            self._ready.set()

    def _hold(self) -> None:
        from sqlalchemy import text

        with bridge.connection(self.engine) as connection:
            connection.execute(
                text("SELECT set_config('application_name', :name, false)"),
                {"name": f"echodiary.infra.alembic {socket.gethostname()}"[:63]},
            )
            # Idle for as long as a migration takes, which is what some servers end sessions for.
            for setting in ("idle_session_timeout", "idle_in_transaction_session_timeout", "statement_timeout"):
                known = connection.execute(text("SELECT count(*) FROM pg_settings WHERE name = :name"), {"name": setting}).scalar()
                if known:
                    connection.execute(text("SELECT set_config(:name, '0', false)"), {"name": setting})
            self._acquire(connection)
            self._ready.set()
            while not self._stop.wait(WATCH):
                self._watch(connection)
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": self.key})

    def _acquire(self, connection: Connection) -> None:
        from sqlalchemy import text

        began = time.monotonic()
        while not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": self.key}).scalar():
            self.waited = time.monotonic() - began
            row = connection.execute(text(_HOLDER), {"key": self.key}).first()
            holder = f"pid {row[0]}, {row[1] or 'no name'}, {row[2]} from {row[3]}" if row else "already gone"
            if row and holder not in self.holders:
                self.holders.append(holder)
            if self.waited >= self.patience:
                raise InsideError("busy", f"another migration holds the lock ({holder})", holder=holder, waited=round(self.waited, 1))
            time.sleep(POLL)
        if not connection.execute(text(_MINE), {"key": self.key}).scalar():
            raise InsideError("pooled", "the lock was granted to another session than ours: a pooler in transaction mode is in between")

    def _watch(self, connection: Connection) -> None:
        from sqlalchemy import text

        pid = self.watched
        if not pid:
            return
        for row in connection.execute(text(_BLOCKERS), {"pid": pid}).fetchall():
            self.blockers[row[0]] = {
                "pid": row[0], "application_name": row[1], "user": row[2], "state": row[3], "age": float(row[4] or 0), "query": row[5],
            }  # fmt: skip
