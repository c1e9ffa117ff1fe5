"""So many a day for each account. In Redis for all hosts when there is one that answers, else each worker counts for itself."""

import time
from collections import Counter

from redis.asyncio import Redis

from echodiary.optional_redis import OptionalRedis, RedisAwayError

DAY = 24 * 60 * 60


class Daily:
    def __init__(self, redis: OptionalRedis | None, name: str, limit: int) -> None:
        self._redis, self._name, self._limit = redis, name, limit
        self._today, self._counts = 0, Counter[int]()

    async def take(self, account: int) -> bool:
        """Whether there was one left."""
        if await self._add(account, 1) <= self._limit:
            return True
        await self.give_back(account)
        return False

    async def give_back(self, account: int) -> None:
        await self._add(account, -1)

    async def _add(self, account: int, number: int) -> int:
        today = int(time.time() // DAY)
        if self._redis is not None:
            try:
                return await self._redis.ask(lambda redis: _add(redis, f"echodiary:{self._name}:{today}:{account}", number))
            except RedisAwayError:
                pass
        return self._add_here(today, account, number)

    def _add_here(self, today: int, account: int, number: int) -> int:
        if today != self._today:
            self._today, self._counts = today, Counter()
        self._counts[account] += number
        return self._counts[account]


def until_tomorrow() -> int:
    """Seconds; a day ends at midnight UTC."""
    return int(DAY - time.time() % DAY) + 1


async def _add(redis: Redis, key: str, number: int) -> int:
    async with redis.pipeline(transaction=True) as both:
        both.incrby(key, number)
        both.expire(key, 2 * DAY)
        return int((await both.execute())[0])
