"""How often something may be tried: counted in Redis for all workers and hosts, or in each worker while there is none."""

import contextlib
import ipaddress
import math
import time

from fastapi import HTTPException, Request, status
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

from echodiary.optional_redis import OptionalRedis, RedisAwayError


class Limits:
    def __init__(self, redis: OptionalRedis | None) -> None:
        self._redis = redis
        self._here = MovingWindowRateLimiter(MemoryStorage())
        self._shared: MovingWindowRateLimiter | None = None
        if redis is not None:
            pool: dict[str, object] = {"connection_pool": redis.redis.connection_pool}
            storage = RedisStorage("redis://", implementation="redispy", key_prefix="echodiary:limits", **pool)  # type: ignore[arg-type]
            self._shared = MovingWindowRateLimiter(storage)

    async def spend(self, limit: str, purpose: str, who: str) -> None:
        """One try. Raises the answer for who had too many."""
        seconds = await self.wait(limit, purpose, who)
        if seconds:
            raise HTTPException(status.HTTP_429_TOO_MANY_REQUESTS, "too many tries; try again later", {"Retry-After": str(seconds)})

    async def wait(self, limit: str, purpose: str, who: str) -> int:
        """One try: 0, or the seconds until there is another."""
        item = parse(limit)
        redis, shared = self._redis, self._shared
        if redis is not None and shared is not None:
            try:
                return await redis.ask(lambda _: _hit(shared, item, purpose, who))
            except RedisAwayError:
                pass
        return await _hit(self._here, item, purpose, who)

    async def forgive(self, limit: str, purpose: str, who: str) -> None:
        """Who came in begins anew."""
        item = parse(limit)
        redis, shared = self._redis, self._shared
        await self._here.clear(item, purpose, who)
        if redis is not None and shared is not None:
            with contextlib.suppress(RedisAwayError):
                await redis.ask(lambda _: shared.clear(item, purpose, who))


async def _hit(limiter: MovingWindowRateLimiter, item: RateLimitItem, purpose: str, who: str) -> int:
    if await limiter.hit(item, purpose, who):
        return 0
    again = (await limiter.get_window_stats(item, purpose, who)).reset_time
    return max(1, math.ceil(again - time.time()))


def address(request: Request) -> str:
    """Whoever has one IPv6 address has 2^64 of them."""
    host = client(request)
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    return host if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))


def client(request: Request) -> str:
    return request.client.host if request.client else "unknown"
