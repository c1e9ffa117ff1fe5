"""One migration at a time per database, whoever starts it and from whichever host.

The lock is held by a session, not by a transaction, because CREATE INDEX CONCURRENTLY has to commit in between. It is
polled, because a session blocked in pg_advisory_lock holds a snapshot that CREATE INDEX CONCURRENTLY waits for: the
two would deadlock and leave an invalid index. Needs a direct connection: poolers in transaction mode lose the lock.
"""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

log = logging.getLogger("echodiary.migrate")

# Any number will do as long as no other program uses it in this database; the lock is per database.
LOCK_KEY = 0x4563686F  # "Echo"
POLL_SECONDS = 0.5

_HOLDER = text(
    "SELECT format('pid %s, %s from %s since %s', a.pid, a.application_name, coalesce(host(a.client_addr), 'socket'),"
    " a.backend_start) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.objid = :key AND l.database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class MigrationBusyError(RuntimeError):
    """Another migration holds the lock and did not finish in time."""


@contextmanager
def migration_lock(engine: Engine, timeout: float | None = None) -> Iterator[None]:
    """Its own connection in autocommit mode: idle outside any transaction while others build indexes."""
    seconds = float(os.environ.get("MIGRATION_LOCK_TIMEOUT") or 60) if timeout is None else timeout
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        _acquire(connection, seconds)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK_KEY})


def _acquire(connection: Connection, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    waiting = False
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK_KEY}):
        holder = connection.scalar(_HOLDER, {"key": LOCK_KEY}) or "already gone"
        if time.monotonic() >= deadline:
            raise MigrationBusyError(
                f"another migration is still running after {seconds:g} s ({holder}); wait for it or end that session, then run this again"
            )
        if not waiting:
            log.info("waiting for another migration", extra={"holder": holder})
            waiting = True
        time.sleep(POLL_SECONDS)
