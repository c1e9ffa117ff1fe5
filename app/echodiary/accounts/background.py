"""Work that nobody waits for: bounded, and finished before the process leaves, as far as time allows."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)
AT_ONCE, WAITING = 4, 200


class Background:
    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)

    def start(self, work: Coroutine[Any, Any, None]) -> bool:
        """Whether it will be done: not when too much waits already."""
        if len(self._tasks) >= WAITING:
            work.close()
            log.error("too much waits to be done in the background: left out")
            return False
        task = asyncio.create_task(self._run(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def finish(self, seconds: float) -> None:
        if self._tasks:
            _, left = await asyncio.wait(self._tasks, timeout=seconds)
            for task in left:
                task.cancel()

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._places:
            try:
                await work
            except Exception:
                log.exception("failed in the background")
