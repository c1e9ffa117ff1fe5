"""Is everything there that a request needs? Every check is bounded, and they run at the same time."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from echodiary import metrics, revision

OK = "ok"
Checks = dict[str, str]


async def check(engine: AsyncEngine, redis: Redis | None, within: float) -> Checks:
    """Check name -> "ok" or the reason why not."""
    pending: list[Awaitable[Checks]] = [_check_database(engine, within)]
    if redis is not None:
        pending.append(_check_redis(redis, within))
    checks: Checks = {}
    for result in await asyncio.gather(*pending):
        checks.update(result)
    for name, verdict in checks.items():
        metrics.READY_CHECKS.labels(name, OK if verdict == OK else "failed").inc()
    return checks


async def _check_database(engine: AsyncEngine, within: float) -> Checks:
    try:
        found = await asyncio.wait_for(_revisions(engine), within)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the answer is "not ready, because"
        return {"database": _reason(error, within), "schema": "unknown: the database does not answer"}
    return {"database": OK, "schema": _judge(found)}


async def _revisions(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        try:
            return list(await connection.scalars(text("SELECT version_num FROM alembic_version")))
        except ProgrammingError:
            return []


def _judge(found: list[str]) -> str:
    expected = revision.head()
    matches = found == [expected]
    metrics.SCHEMA_MATCH.set(matches)
    if matches:
        return OK
    return f"revision is {', '.join(found) or 'none'}, this release needs {expected}; run: alembic upgrade head"


async def _check_redis(redis: Redis, within: float) -> Checks:
    ping: Any = redis.ping()
    try:
        await asyncio.wait_for(ping, within)
    except Exception as error:  # noqa: BLE001 - as above
        return {"redis": _reason(error, within)}
    return {"redis": OK}


def _reason(error: Exception, within: float) -> str:
    """The kind of error only: messages of drivers name hosts and users, and this answer is public."""
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return f"no answer within {within:g} s"
    return f"unreachable ({type(error).__name__})"
