# SPDX-License-Identifier: GPL-3.0-or-later
"""While a migration runs: a reader and a writer that ask every 5 ms, and a third session that looks at the migration's locks every 3 ms.

The reader and the writer go through all tables, and stay with those that are locked as soon as that is seen. What they waited counts only
while somebody migrated: on a busy host anything takes longer now and then.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from .._database import quoting
from .._database.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._database.wire import Session
    from .._throwaway.copies import Copy
    from .._throwaway.server import Server
    from .shapes import Lock, Waited
    from .tables import Table

PROBE_EVERY, LOOK_EVERY = 0.005, 0.003
#: what somebody who writes waits for, the strongest last; who only reads waits for the last alone
IN_THE_WAY = ("ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock")
#: between the migration's last moment and the look that saw it (s)
_SLACK = 0.02
#: nobody has waited for anything (s)
_SHORT = 0.001


class Seen(NamedTuple):
    reader: Waited
    writer: Waited
    reads: int
    writes: int
    lock: Lock | None


class Watch:
    """Use as a context manager around a migration; ``seen`` afterwards."""

    def __init__(self, server: Server, copy: Copy, tables: list[Table], patience: float) -> None:
        self._over = threading.Event()
        sessions = [server.session(copy.database) for _ in range(3)]
        for one in sessions:
            one.wait(patience)
        sessions[1].run("SET session_replication_role = replica")
        self._locks = _Locks(sessions[2], copy, {one.oid: one.name for one in tables}, self._over)
        self._reader = _Probe(sessions[0], [(one.oid, one.name, one.read) for one in tables], self._locks, self._over)
        self._writer = _Probe(sessions[1], [(one.oid, one.name, one.write) for one in tables if one.write], self._locks, self._over)
        self._threads = (self._locks, self._reader, self._writer)
        self._sessions = sessions

    def __enter__(self) -> Watch:
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_details: object) -> None:
        self._over.set()
        for one in self._threads:
            one.join()
        for session in self._sessions:
            session.close()

    def seen(self) -> Seen:
        """DatabaseError where one of the three could not look to the end: what it would have seen is not known."""
        for one in self._threads:
            if one.fault:
                raise one.fault
        span = self._locks.span()
        reader, writer = self._reader.worst(span), self._writer.worst(span)
        return Seen(reader, writer, self._reader.asked, self._writer.asked, self._locks.strongest())


class _Locks(threading.Thread):
    """What the migration's sessions hold. ``locked``: oids of the tables that somebody has to wait for right now."""

    def __init__(self, session: Session, copy: Copy, names: dict[int, str], over: threading.Event) -> None:
        super().__init__(daemon=True)
        self._session, self._names, self._over = session, names, over
        who, where = quoting.literal(copy.user), quoting.literal(copy.database)
        self._query = (
            "SELECT l.relation::bigint, l.mode FROM pg_stat_activity a LEFT JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'relation' "  # noqa: S608 - quoted
            f"AND l.granted AND l.mode = ANY('{{{','.join(IN_THE_WAY)}}}') WHERE a.usename = {who} AND a.datname = {where}"
        )
        self.locked: frozenset[int] = frozenset()
        self.fault: DatabaseError | None = None
        self._first = self._last = 0.0
        self._since: dict[tuple[int, str], float] = {}
        self._longest: dict[tuple[int, str], float] = {}

    def run(self) -> None:
        while not self._over.is_set():
            try:
                self._look()
            except DatabaseError as error:
                self.fault = error
                return
            self._over.wait(LOOK_EVERY)

    def _look(self) -> None:
        rows, now = self._session.run(self._query), time.monotonic()
        if rows:
            self._first, self._last = self._first or now, now
        held = {(int(oid), mode) for oid, mode in rows if oid and mode and int(oid) in self._names}
        self._since = {one: self._since.get(one, now) for one in held}
        for one, since in self._since.items():
            self._longest[one] = max(self._longest.get(one, 0.0), now - since)
        self.locked = frozenset(oid for oid, _mode in held)

    def span(self) -> tuple[float, float]:
        """From when to when somebody migrated."""
        return self._first - _SLACK, self._last + _SLACK

    def strongest(self) -> Lock | None:
        if not self._longest:
            return None
        oid, mode = max(self._longest, key=lambda one: (IN_THE_WAY.index(one[1]), self._longest[one]))
        return {"mode": mode, "table": self._names[oid], "ms": round(1000 * self._longest[oid, mode])}


class _Probe(threading.Thread):
    """One session that asks, table by table."""

    def __init__(self, session: Session, asked: Sequence[tuple[int, str, str]], locks: _Locks, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self._session, self._statements, self._locks, self._over = session, list(asked), locks, over
        self.asked = 0
        self.fault: DatabaseError | None = None
        #: when it began, how long it took, which table
        self._waits: list[tuple[float, float, str]] = []

    def run(self) -> None:
        while self._statements and not self._over.is_set():
            began = time.monotonic()
            _oid, table, statement = self._next()
            try:
                self._ask(statement)
            except DatabaseError as error:
                self.fault = error
                return
            if (took := time.monotonic() - began) > _SHORT:
                self._waits.append((began, took, table))
            self._over.wait(max(0.0, PROBE_EVERY - (time.monotonic() - began)))

    def _next(self) -> tuple[int, str, str]:
        locked = self._locks.locked
        among = [one for one in self._statements if one[0] in locked] if locked else []
        chosen = among or self._statements
        return chosen[self.asked % len(chosen)]

    def _ask(self, statement: str) -> None:
        """A table or a column that is gone by now is no trouble: it was waited for all the same."""
        self.asked += 1
        try:
            self._session.run(statement)
        except DatabaseError as error:
            if not error.sqlstate:
                raise
            self._session.run("ROLLBACK")

    def worst(self, span: tuple[float, float]) -> Waited:
        within = [(took, table) for began, took, table in self._waits if began <= span[1] and began + took >= span[0]]
        took, table = max(within, default=(0.0, ""))
        return {"ms": round(1000 * took), "table": table}
