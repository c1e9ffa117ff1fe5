# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place that changes a database: under the lock, only the steps that were shown, again when a lock was not to be had."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import bridge, guard, lock_session, read, server, steps
from .errors import InsideError, first_lines, sqlstate
from .project import Project, connected

if TYPE_CHECKING:
    from alembic.migration import MigrationContext
    from alembic.runtime.migration import RevisionStep
    from sqlalchemy import Engine

    from . import shapes

LOCK_NOT_AVAILABLE = "55P03"


def migrate(request: shapes.Request) -> shapes.Migrated:
    """``request``: target, expected (revisions that were linted), key, lock_wait (s), limits (ms), tries, want."""
    project = Project(request["config"], request["section"])
    engine, place = _engine(project)
    with lock_session.LockSession(engine, request["key"], request["lock_wait"]) as watcher:
        run = _Run(project, request, watcher, engine, place)
        run.until_done()
        after = read.look(project, {"target": "", "want": request["want"]})
        notes = [*run.notes, *([watcher.lost] if watcher.lost else [])]
    return {
        "from": run.began_at, "applied": run.applied, "current": after["current"], "attempts": run.attempts, "blocked": run.blocked,
        "waited": round(watcher.waited, 1), "holders": watcher.holders, "notes": notes, "invalid_indexes": after["invalid_indexes"],
        "schema": after["schema"], "took": run.took,
    }  # fmt: skip


def _engine(project: Project) -> tuple[Engine, shapes.VersionTable]:
    """The engine behind env.py's connection: the lock is then taken in the very database that is migrated."""
    seen: list[tuple[Engine, shapes.VersionTable]] = []

    def see(_heads: tuple[str, ...], context: MigrationContext) -> None:
        seen.append((connected(context).engine, (context.version_table, context.version_table_schema)))

    project.look(see)
    return seen[0]


class _Run:
    def __init__(
        self, project: Project, request: shapes.Request, watcher: lock_session.LockSession, engine: Engine, place: shapes.VersionTable
    ) -> None:
        self.project, self.request, self.watcher, self.engine, self.place = project, request, watcher, engine, place
        self.began_at: list[str] | None = None
        self.applied: list[str] = []
        self.blocked: list[shapes.Blocked] = []
        self.notes: list[str] = []
        self.took: dict[str, float] = {}
        self.attempts = 0
        self._step = ""
        self._guard = guard.Guard(request["limits"])

    def until_done(self) -> None:
        while True:
            self.attempts += 1
            self._guard, self._step = guard.Guard(self.request["limits"]), ""
            try:
                self.project.run(self._work, destination_rev=self.request["target"])
            except InsideError:
                raise
            except Exception as error:
                if not self._worth_another_try(error):
                    raise self._failure(error) from error
                # Longer each time, and never in step with somebody else's retries.
                time.sleep(min(8.0, 0.5 * 2**self.attempts) * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
            else:
                self.notes += [note for note in self._guard.notes if note not in self.notes]
                return
            finally:
                self.watcher.watched = 0

    def _work(self, heads: tuple[str, ...], context: MigrationContext) -> Iterator[RevisionStep]:
        unknown = self.project.unknown(list(heads))
        if unknown:
            raise InsideError(
                "unknown", f"the database moved to {', '.join(unknown)}, which this release does not know", current=list(heads)
            )
        wanted = steps.plan(self.project, self.request["target"], tuple(heads))
        strange = [step.revision.revision for step in wanted if step.revision.revision not in self.request["expected"]]
        if strange:
            raise InsideError("moved", f"the database moved to {', '.join(heads) or 'base'} since it was looked at", current=list(heads))
        if self.began_at is None:
            self.began_at = list(heads)
        if not wanted:
            return iter(())
        pid = self._guard.attach(connected(context))
        self.watcher.seen()
        self.watcher.watched = pid
        return self._taken(wanted, bool(context._transaction_per_migration))

    def _taken(self, wanted: list[RevisionStep], each_committed: bool) -> Iterator[RevisionStep]:
        """Alembic asks for the next step when the one before it is done, and committed if each has its own transaction."""
        done: list[str] = []
        for step in wanted:
            self._step = step.revision.revision
            if each_committed:
                self._guard.outside = False
            began = time.monotonic()
            yield step
            self.took[self._step] = round(time.monotonic() - began, 3)
            (self.applied if each_committed else done).append(self._step)
            self._step = ""
        self.applied += done

    def _worth_another_try(self, error: BaseException) -> bool:
        """Only where a rollback left nothing behind: a statement outside a transaction may not bear being run twice."""
        if sqlstate(error) != LOCK_NOT_AVAILABLE:
            return False
        time.sleep(lock_session.WATCH)
        self.blocked += [{"attempt": self.attempts, "revision": self._step, **one} for one in self.watcher.seen()]
        return self.attempts < self.request["tries"] and not self._guard.outside

    def _failure(self, error: BaseException) -> InsideError:
        facts: shapes.Facts = {
            "sqlstate": sqlstate(error), "revision": self._step, "statement": _statement(error), "outside": self._guard.outside,
            "began_at": self.began_at, "attempts": self.attempts, "blocked": self.blocked, "notes": self.notes,
            "current": None, "invalid_indexes": [],
        }  # fmt: skip

        def see() -> None:
            with bridge.connection(self.engine) as connection:
                facts["current"] = server.revisions(connection, *self.place)
                facts["invalid_indexes"] = server.invalid_indexes(connection)

        try:
            bridge.call(self.engine, see)
        except Exception as lost:
            self.notes.append(f"afterwards the database could not be read: {first_lines(lost)}")
        return InsideError("failed", first_lines(error), **facts)


def _statement(error: BaseException) -> str:
    return " ".join(str(getattr(error, "statement", None) or "").split())[:200]
