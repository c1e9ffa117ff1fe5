"""Is everything there that this release needs, and what it would like to have? Every check is bounded, and they run at the same time.

Who asks what: a load balancer asks /health, which knows nothing of this, because taking a host out cures no database. A deploy asks
/ready: is this release whole? A monitor asks /status: is everything well?
"""

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from echodiary import metrics, revision, workers
from echodiary.deadline import within

OK = "ok"
#: the service goes on without
OPTIONAL = frozenset({"redis"})
Checks = dict[str, str]


class Readiness:
    """Answers many askers with one round of checks: asking often must not cost many connections."""

    def __init__(self, engine: AsyncEngine, redis: Redis | None, seconds: float, workers: int = 1) -> None:
        self._engine = engine
        self._redis = redis
        self._seconds = seconds
        self._workers = workers
        self._round: asyncio.Task[Checks] | None = None

    async def check(self) -> Checks:
        """Check name -> "ok" or the reason why not."""
        return await asyncio.shield(self.begin())

    def begin(self) -> asyncio.Task[Checks]:
        """The round that is under way, or a new one."""
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._check_all())
        return self._round

    async def _check_all(self) -> Checks:
        pending: list[Awaitable[Checks]] = [_check_database(self._engine, self._seconds)]
        if self._redis is not None:
            pending.append(_check_redis(self._redis, self._seconds))
        checks: Checks = _check_workers(self._workers) if self._workers > 1 else {}
        for result in await asyncio.gather(*pending):
            checks.update(result)
        for name, verdict in checks.items():
            metrics.READY_CHECKS.labels(name, OK if verdict == OK else "failed").inc()
            metrics.CHECK_OK.labels(name).set(verdict == OK)
        return checks


def failing(checks: Checks) -> set[str]:
    return {name for name, verdict in checks.items() if verdict != OK}


async def _check_database(engine: AsyncEngine, seconds: float) -> Checks:
    try:
        found = await within(seconds, _revisions(engine))
    except Exception as error:
        return {"database": _reason(error), "schema": "unknown: the database does not answer"}
    return {"database": OK, "schema": _judge(found)}


async def _revisions(engine: AsyncEngine) -> list[str]:
    """What the database says its revision is; nothing when it was never migrated."""
    async with engine.connect() as connection:
        try:
            found = list(await connection.scalars(text("SELECT version_num FROM alembic_version")))
        except ProgrammingError:
            return []
        await _count_accounts(connection)
        return found


async def _count_accounts(connection: AsyncConnection) -> None:
    """A number for whoever scrapes, and no reason to be not ready: the table may not be there yet."""
    with contextlib.suppress(ProgrammingError):
        metrics.ACCOUNTS.set((await connection.execute(text("SELECT count(*) FROM accounts WHERE verified_at IS NOT NULL"))).scalar_one())


def _judge(found: list[str]) -> str:
    """A schema of a newer release is no reason to leave: while one is rolled out this code still serves, and whether it can
    live with that schema is found out before the migration, not here."""
    expected = revision.head()
    metrics.SCHEMA_MATCH.set(found == [expected])
    if found == [expected] or (found and revision.known().isdisjoint(found)):
        return OK
    return f"revision is {', '.join(found) or 'none'}, this release needs {expected}; run: alembic upgrade head"


def _check_workers(wanted: int) -> Checks:
    missing = workers.missing(wanted)
    return {"workers": f"{wanted - missing} of {wanted} have come up" if missing else OK}


async def _check_redis(redis: Redis, seconds: float) -> Checks:
    ping: Any = redis.ping()
    try:
        await within(seconds, ping)
    except Exception as error:
        return {"redis": _reason(error)}
    return {"redis": OK}


def _reason(error: Exception) -> str:
    """The kind of error only: messages of drivers name hosts and users, and this answer may be public."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    kind = type(cause).__name__
    return "no answer in time" if "Timeout" in kind else f"unreachable ({kind})"
