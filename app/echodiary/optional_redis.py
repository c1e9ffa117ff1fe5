"""A Redis that may be away without anybody waiting for it.

Whoever notices that it does not answer has waited `seconds`. From then on nobody asks it until a ping in the background was answered, which
is tried every `pause` seconds, and only while somebody wants something of it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from echodiary.deadline import within
from echodiary.settings import Settings

log = logging.getLogger(__name__)
Result = TypeVar("Result")
Command = Callable[[Redis], Coroutine[Any, Any, Result]]


class RedisAwayError(Exception):
    """It does not answer, or did not a moment ago."""


class OptionalRedis:
    def __init__(self, redis: Redis, seconds: float, pause: float) -> None:
        self.redis = redis
        self._seconds = seconds
        self._pause = pause
        self._away = False
        self._next_try = 0.0
        self._trial: asyncio.Task[None] | None = None

    async def ask(self, command: Command[Result]) -> Result:
        """Raises RedisAwayError, at once when that is known."""
        if self._away:
            self._try_again()
            raise RedisAwayError("did not answer a moment ago")
        return await self._ask(command)

    async def close(self) -> None:
        if self._trial is not None:
            self._trial.cancel()
        await self.redis.aclose()

    def _try_again(self) -> None:
        if time.monotonic() >= self._next_try and (self._trial is None or self._trial.done()):
            self._trial = asyncio.create_task(self._ping())

    async def _ping(self) -> None:
        try:
            await self._ask(_ping)
        except RedisAwayError:
            return
        self._away = False
        log.info("Redis answers again")

    async def _ask(self, command: Command[Result]) -> Result:
        try:
            return await within(self._seconds, command(self.redis))
        except (RedisError, OSError, TimeoutError) as error:
            if not self._away:
                log.warning("Redis does not answer; the service goes on without it", extra={"error": str(error) or type(error).__name__})
            self._away, self._next_try = True, time.monotonic() + self._pause
            raise RedisAwayError(str(error)) from error


async def _ping(redis: Redis) -> None:
    answer: Any = redis.ping()
    await answer


def create(settings: Settings) -> OptionalRedis | None:
    if settings.redis_url is None:
        return None
    redis = Redis.from_url(
        settings.redis_url.get_secret_value(),
        socket_connect_timeout=settings.redis_timeout,
        socket_timeout=settings.redis_timeout,
        # The library's own retries wait in between, and a request would wait with them.
        retry=Retry(NoBackoff(), 0),
        client_name="echodiary",
    )
    return OptionalRedis(redis, settings.redis_timeout, settings.redis_pause)
