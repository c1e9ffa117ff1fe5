"""Passwords are hashed in threads of their own, few and polite: a flood of sign-ins waits for itself, and nobody else does."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from fastapi import HTTPException, status
from pwdlib.hashers.argon2 import Argon2Hasher

Result = TypeVar("Result")
#: how many may wait for one thread: about a second's work
WAITING = 20
# What OWASP asks of Argon2id at the least; 19 MiB for each thread.
HASHER = Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Passwords:
    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, "password", initializer=_give_way)
        self._room = threads * WAITING
        self._nobodys = HASHER.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        return await self._run(lambda: HASHER.hash(password))

    async def verify(self, password: str, known: str | None) -> bool:
        """As much work for whom there is no password as for a wrong one."""
        matches = await self._run(lambda: HASHER.verify(password, known or self._nobodys))
        return matches and known is not None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._room <= 0:
            raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "too many sign-ins at once; try again", {"Retry-After": "2"})
        self._room -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._room += 1


def _give_way() -> None:
    """On Linux a thread has a niceness of its own."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
