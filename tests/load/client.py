# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to one host. Connections are kept as a well-behaved client keeps them; what is sent twice is counted."""

from __future__ import annotations

import asyncio
from collections import deque

from tests.load.connection import Answer, Connection, RequestError, bad_status, connect
from tests.load.requests import Request
from tests.load.targets import Target

# Servers close idle connections (uvicorn after 5 s, HAProxy here after 15 s). A client that lets go earlier never meets that.
IDLE_SECONDS = 3.0


class Client:
    def __init__(self, target: Target, timeout: float) -> None:
        self.target, self.timeout = target, timeout
        self.opened = 0
        self.closed_while_idle = 0
        self._idle: deque[Connection] = deque()

    async def send(self, request: Request) -> bool:
        """Returns whether it took a second attempt; raises RequestError. Both attempts share one deadline."""
        deadline = asyncio.get_running_loop().time() + self.timeout + request.seconds
        kept = self._take() if request.kept else None
        if kept is not None:
            try:
                await self._exchange(request, kept, deadline)
                return False
            except RequestError as failure:
                # What HTTP allows (RFC 9110, 9.2.2): safe to repeat, and on a kept connection no byte of an answer came.
                if not (failure.unheard and request.idempotent):
                    raise
        await self._exchange(request, await self._connect(deadline), deadline)
        return kept is not None

    def close(self) -> None:
        while self._idle:
            self._let_go(self._idle.pop())

    async def _connect(self, deadline: float) -> Connection:
        try:
            async with asyncio.timeout_at(deadline):
                connection = await connect(self.target.host, self.target.port)
        except TimeoutError:
            raise RequestError("timeout", "connecting") from None
        self.opened += 1
        return connection

    async def _exchange(self, request: Request, connection: Connection, deadline: float) -> None:
        keep = False
        try:
            async with asyncio.timeout_at(deadline):
                answer = await connection.exchange(request)
            keep = answer.keep and request.kept
        except TimeoutError:
            raise RequestError("timeout", connection.progress()) from None
        finally:
            self._put(connection) if keep else connection.abort()
        judge(request, answer)

    def _put(self, connection: Connection) -> None:
        connection.idle_since = asyncio.get_running_loop().time()
        self._idle.append(connection)

    def _take(self) -> Connection | None:
        """The one used last: the others grow old and go, as in most clients."""
        oldest = asyncio.get_running_loop().time() - IDLE_SECONDS
        while self._idle and self._idle[0].idle_since < oldest:
            self._let_go(self._idle.popleft())
        while self._idle:
            connection = self._idle.pop()
            if connection.open:
                return connection
            self._let_go(connection)
        return None

    def _let_go(self, connection: Connection) -> None:
        self.closed_while_idle += not connection.open
        connection.close()


def judge(request: Request, answer: Answer) -> None:
    """Stricter than "no 5xx": nothing that is sent here deserves any other answer than the one expected."""
    if answer.status != request.status:
        raise bad_status(answer.status, answer.body)
    if answer.early:
        raise RequestError("answered before the request was complete")
    if request.token is not None and request.token.encode() not in answer.body:
        raise RequestError("answer to something else", answer.body[:200].decode(errors="replace"))
