# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes it so: roles first, then the database, then what is in it, each part whole or not at all, one run at a time.

The rights of a role that owns are borrowed for one transaction and given back in it: since PostgreSQL 16 who makes a role has none of them.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from . import observe, scram, statements
from .errors import DatabaseError
from .plan import plan
from .wire import Session

if TYPE_CHECKING:
    from .plan import Plan
    from .shapes import Cluster, Login, Server, Wanted

#: "roles" and "infra": nobody else's lock
_KEY = 0x726F6C6573696E66
_TRIES = 5
_NOT_HAD = "55P03"


class Done:
    """``warnings`` are of what was tried and refused."""

    def __init__(self, found: Plan) -> None:
        self.plan, self.warnings = found, list(found.warnings)


def present(server: Server, login: Login, wanted: Wanted) -> Done:
    with _alone(server, login, wanted) as keeper:
        seen = observe.everything(server, login, wanted)
        done = Done(plan(wanted, seen))
        refuse(done.plan)
        if done.plan.changes:
            _roles(keeper, done.plan, seen["cluster"], wanted)
            # twice: what changes its owner may have had rights that were nobody's to see
            for _ in range(2):
                _inside(server, login, wanted, done)
            _check(server, login, wanted, done)
        return done


def refuse(found: Plan) -> None:
    if found.refused:
        raise DatabaseError(f"refused, and nothing was touched: {'; '.join(found.refused)}")


@contextlib.contextmanager
def _alone(server: Server, login: Login, wanted: Wanted) -> Iterator[Session]:
    """Several hosts may be converged at once: the first works, the others find nothing to do."""
    with Session(server, login, wanted["maintenance_database"]) as session:
        session.run(f"SELECT pg_advisory_lock({_KEY})")
        yield session


def _roles(session: Session, found: Plan, there: Cluster, wanted: Wanted) -> None:
    passwords = {role["name"]: role["password"] for role in wanted["roles"]}
    verifiers = {one.name: scram.verifier(passwords[one.name]) for one in found.changes if one.field == "password"}
    made = statements.of_database(found.changes, wanted)
    borrowed = statements.borrowed(found.changes, wanted, there) if made else []
    _whole(session, [*statements.of_roles(found.changes, there, verifiers), *statements.borrow(borrowed)])
    if made:
        session.run(made)
        _whole(session, statements.give_back(borrowed))


def _inside(server: Server, login: Login, wanted: Wanted, done: Done) -> None:
    """Looked at again: what a new database has is known when it is there, and whose rights one has when the roles are."""
    seen = observe.everything(server, login, wanted)
    changes = plan(wanted, seen).changes
    if not changes:
        return
    borrowed = statements.borrowed(changes, wanted, seen["cluster"])
    said = [*statements.borrow(borrowed), *statements.of_inside(changes, wanted, seen)]
    with Session(server, login, wanted["database"]) as session:
        for attempt in range(1, _TRIES + 1):
            try:
                done.warnings += _whole(session, said, statements.of_extensions(changes), statements.give_back(borrowed))
                break
            except DatabaseError as error:
                if error.sqlstate != _NOT_HAD or attempt == _TRIES:
                    raise
                # Never in step with somebody else's tries.
                time.sleep(random.uniform(0.5, 1.5) * attempt)  # noqa: S311 - no secret


def _whole(session: Session, said: Iterable[str], may_fail: dict[str, str] | None = None, last: Iterable[str] = ()) -> list[str]:
    """In one transaction. What of ``may_fail`` (by name) did, in words."""
    session.run("BEGIN")
    try:
        for one in said:
            session.run(one)
        failed = [why for what, one in (may_fail or {}).items() if (why := _tried(session, what, one))]
        for one in last:
            session.run(one)
        session.run("COMMIT")
    except DatabaseError:
        session.run("ROLLBACK")
        raise
    return failed


def _tried(session: Session, what: str, said: str) -> str:
    session.run("SAVEPOINT tried")
    try:
        session.run(said)
    except DatabaseError as error:
        session.run("ROLLBACK TO SAVEPOINT tried")
        return f"extension {what} is not there: {error}; as who may: {said}"
    return ""


def _check(server: Server, login: Login, wanted: Wanted, done: Done) -> None:
    """What was done is looked at, and every password is tried."""
    left = plan(wanted, observe.everything(server, login, wanted)).changes
    closed = [one.name for one in left if one.field == "password"]
    if closed:
        raise DatabaseError(
            f"{', '.join(closed)} cannot log in with the password that was just set; see pg_hba.conf, and what is in between"
        )
    stayed = [f"{one.resource} {one.field}" for one in left if one.kind != "extension"]
    if stayed:
        raise DatabaseError(f"was done, and is not so: {', '.join(stayed)}; is somebody else at work there? Run it again")
