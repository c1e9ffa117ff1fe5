"""Totals over the entries of an account: a full count, so it is cached in Redis for a few seconds when there is one."""

import logging
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import ValidationError
from redis.asyncio import Redis
from sqlalchemy import Date, case, cast, func, select

from echodiary import metrics
from echodiary.accounts.who import NOBODY, Owner
from echodiary.database import Session
from echodiary.models import MOODS, Entry
from echodiary.optional_redis import OptionalRedis, RedisAwayError
from echodiary.schemas import Day, Statistics

log = logging.getLogger(__name__)
router = APIRouter(tags=["statistics"])
KEY = "echodiary:statistics:2:{owner}"
DAYS = timedelta(days=90)


class Cache:
    """Never the reason for a failed request: a Redis that is absent or down is a miss."""

    def __init__(self, redis: OptionalRedis | None, seconds: int) -> None:
        self._redis = redis
        self._seconds = seconds

    async def read(self, owner: int) -> Statistics | None:
        if self._redis is None:
            return None

        async def get(redis: Redis) -> bytes | str | None:
            return await redis.get(KEY.format(owner=owner))

        try:
            found = await self._redis.ask(get)
            cached = None if found is None else Statistics.model_validate_json(found)
        except (RedisAwayError, ValidationError):
            metrics.CACHE.labels("error").inc()
            return None
        metrics.CACHE.labels("miss" if cached is None else "hit").inc()
        return cached

    async def write(self, owner: int, statistics: Statistics) -> None:
        if self._redis is None:
            return

        async def put(redis: Redis) -> None:
            await redis.set(KEY.format(owner=owner), statistics.model_dump_json(), ex=self._seconds)

        try:
            await self._redis.ask(put)
        except RedisAwayError:
            log.debug("statistics cache not written")


def _cache(request: Request) -> Cache:
    cache: Cache = request.app.state.cache
    return cache


@router.get("/statistics", response_model=Statistics, responses=NOBODY)
async def statistics(session: Session, owner: Owner, cache: Annotated[Cache, Depends(_cache)]) -> Statistics:
    cached = await cache.read(owner)
    if cached is not None:
        return cached.model_copy(update={"cached": True})
    counted = await _count(session, owner)
    await cache.write(owner, counted)
    return counted


async def _count(session: Session, owner: int) -> Statistics:
    length = func.char_length(Entry.title) + func.char_length(Entry.body)
    totals = select(Entry.mood, func.count(), func.sum(length)).where(Entry.owner_id == owner).group_by(Entry.mood)
    rows = (await session.execute(totals)).all()
    return Statistics(
        entries=sum(count for _, count, _ in rows),
        characters=sum(characters or 0 for _, _, characters in rows),
        moods={mood or "none": count for mood, count, _ in rows},
        days=await _days(session, owner),
    )


async def _days(session: Session, owner: int) -> list[Day]:
    day = cast(func.timezone("UTC", Entry.created_at), Date)
    mood = func.avg(case({name: value for value, name in enumerate(MOODS, start=1)}, value=Entry.mood))
    recent = (Entry.owner_id == owner, Entry.created_at > func.now() - DAYS)
    rows = await session.execute(select(day, func.count(), mood).where(*recent).group_by(day).order_by(day))
    return [Day(day=when, entries=count, mood=None if mean is None else round(float(mean), 2)) for when, count, mean in rows]
