"""Waiting that ends in time, whatever it is that one waits for."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")
_abandoned: set["asyncio.Task[Any]"] = set()


async def within(seconds: float, work: Coroutine[Any, Any, Result]) -> Result:
    """Raises TimeoutError."""
    return await finished(seconds, asyncio.create_task(work))


async def finished(seconds: float, task: "asyncio.Task[Result]") -> Result:
    """Unlike asyncio.wait_for this does not wait for what it cancels: psycopg then asks the server, which may be the silent one, to
    cancel as well, and gives that ten seconds. Raises TimeoutError."""
    await asyncio.wait({task}, timeout=seconds)
    if task.done():
        return task.result()
    _abandoned.add(task)
    task.add_done_callback(_forget)
    task.cancel()
    raise TimeoutError


def _forget(task: "asyncio.Task[Any]") -> None:
    _abandoned.discard(task)
    if not task.cancelled():
        task.exception()  # seen, so that nobody complains that it was not
