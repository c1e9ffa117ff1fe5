"""Every request is answered in time, whatever it waits for.

A database whose machine is alive and whose process is not (paused, swapping, stuck on its disk) keeps a connection open and says
nothing: no time-out of a socket ends that, and the user would see the proxy's. Counted from the moment the whole request is here, so
that a slow client has its own time.
"""

import asyncio
import logging

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from echodiary import metrics
from echodiary.deadline import finished

log = logging.getLogger(__name__)


class AnswerInTime:
    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        answering = asyncio.create_task(self._answer(scope, exchange))
        await exchange.whole(answering)
        try:
            await finished(self._seconds, answering)
        except TimeoutError:
            await exchange.give_up()

    async def _answer(self, scope: Scope, exchange: "_Exchange") -> None:
        await self._app(scope, exchange.receive, exchange.send)


class _Exchange:
    """One request and its answer: once given up, what the application still says about it reaches nobody."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._started = self._given_up = False
        self._complete = asyncio.Event()
        if not _has_body(Headers(scope=scope)):
            self._complete.set()

    async def whole(self, answering: "asyncio.Task[None]") -> None:
        """Until the request is here, or answered before."""
        if self._complete.is_set():
            return
        waiting = asyncio.create_task(self._complete.wait())
        await asyncio.wait({waiting, answering}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            self._complete.set()
        return message

    async def send(self, message: Message) -> None:
        if not self._given_up:
            self._started = True
            await self._send(message)

    async def give_up(self) -> None:
        self._given_up = True
        metrics.REQUEST_TIMEOUTS.inc()
        log.error("given up: no answer in time", extra={"path": self._scope["path"]})
        if self._started:
            raise TimeoutError("the answer had begun and did not end in time")
        answer = JSONResponse({"detail": "the service is busy; try again"}, 503, headers={"Retry-After": "1"})
        await answer(self._scope, self._receive, self._send)


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
