"""Totals over all entries: a full count, so it is cached in Redis for a few seconds when there is one."""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import ValidationError
from redis.asyncio import Redis
from sqlalchemy import func, select

from echodiary import metrics
from echodiary.database import Session
from echodiary.models import Entry
from echodiary.optional_redis import OptionalRedis, RedisAwayError
from echodiary.schemas import Statistics

log = logging.getLogger(__name__)
router = APIRouter(tags=["statistics"])
KEY = "echodiary:statistics:1"


class Cache:
    """Never the reason for a failed request: a Redis that is absent or down is a miss."""

    def __init__(self, redis: OptionalRedis | None, seconds: int) -> None:
        self._redis = redis
        self._seconds = seconds

    async def read(self) -> Statistics | None:
        if self._redis is None:
            return None
        try:
            found = await self._redis.ask(_get)
            cached = None if found is None else Statistics.model_validate_json(found)
        except (RedisAwayError, ValidationError):
            metrics.CACHE.labels("error").inc()
            return None
        metrics.CACHE.labels("miss" if cached is None else "hit").inc()
        return cached

    async def write(self, statistics: Statistics) -> None:
        if self._redis is None:
            return

        async def put(redis: Redis) -> None:
            await redis.set(KEY, statistics.model_dump_json(), ex=self._seconds)

        try:
            await self._redis.ask(put)
        except RedisAwayError:
            log.debug("statistics cache not written")


async def _get(redis: Redis) -> bytes | str | None:
    return await redis.get(KEY)


def _cache(request: Request) -> Cache:
    cache: Cache = request.app.state.cache
    return cache


@router.get("/statistics", response_model=Statistics)
async def statistics(session: Session, cache: Annotated[Cache, Depends(_cache)]) -> Statistics:
    cached = await cache.read()
    if cached is not None:
        return cached.model_copy(update={"cached": True})
    counted = await _count(session)
    await cache.write(counted)
    return counted


async def _count(session: Session) -> Statistics:
    length = func.char_length(Entry.title) + func.char_length(Entry.body)
    rows = (await session.execute(select(Entry.mood, func.count(), func.sum(length)).group_by(Entry.mood))).all()
    return Statistics(
        entries=sum(count for _, count, _ in rows),
        characters=sum(characters or 0 for _, _, characters in rows),
        moods={mood or "none": count for mood, count, _ in rows},
    )
