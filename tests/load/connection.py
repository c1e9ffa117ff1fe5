# SPDX-License-Identifier: GPL-3.0-or-later
"""One TCP connection that carries one request after the other. Everything that can go wrong with one is told apart here."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import cast

import httptools

from tests.load.requests import Request


class RequestError(Exception):
    """A request that did not get the answer it should. `unheard`: the connection ended without a byte of an answer."""

    def __init__(self, reason: str, detail: str = "", unheard: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.detail, self.unheard = reason, detail, unheard


def bad_status(status: int, body: bytes) -> RequestError:
    return RequestError(f"status {status}", body[:200].decode(errors="replace"))


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    keep: bool
    early: bool  # complete before the request was


async def connect(host: str, port: int) -> Connection:
    try:
        _, connection = await asyncio.get_running_loop().create_connection(Connection, host, port)
    except ConnectionRefusedError:
        raise RequestError("connection refused") from None
    except OSError as error:
        raise RequestError("cannot connect", str(error)) from None
    return connection


class Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.open = False
        self.answers = 0
        self.idle_since = 0.0
        self._transport: asyncio.Transport | None = None
        self._coming: asyncio.Future[bool] | None = None  # the answer; its value: may the connection be kept
        self._forget()

    async def exchange(self, request: Request) -> Answer:
        """Sends, and returns the whole answer."""
        self._forget()
        coming = self._coming = asyncio.get_running_loop().create_future()
        if not self.open or self._transport is None:
            raise self._ended(None)
        self._transport.write(request.data)
        sent = 0
        for piece in request.pieces:
            await asyncio.wait({coming}, timeout=request.pause)
            if coming.done():
                break
            self._transport.write(piece)
            sent += 1
        keep = await coming
        self.answers += 1
        return Answer(self._status, b"".join(self._body), keep and self.open, sent < len(request.pieces))

    def progress(self) -> str:
        return "in the answer" if self._heard else "waiting for the answer"

    def abort(self) -> None:
        self.open = False
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        self.open = False
        if self._transport is not None:
            self._transport.close()

    # --- called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.open = True

    def data_received(self, data: bytes) -> None:
        if self._coming is None or self._coming.done():
            self.close()  # nobody asked: this connection is of no use any more
            return
        self._heard += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(RequestError("not HTTP", f"{type(error).__name__}: {error}"))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False
        self._fail(self._ended(exc))

    # --- called by the parser

    def on_header(self, name: bytes, _value: bytes) -> None:
        self._measured |= name.lower() in (b"content-length", b"transfer-encoding")

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if self._coming is not None and not self._coming.done():
            self._coming.set_result(self._parser.should_keep_alive())

    # ---

    def _forget(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._heard = 0
        self._measured = False
        self._status = 0  # until the head of the answer is whole

    def _fail(self, failure: RequestError) -> None:
        if self._coming is not None and not self._coming.done():
            self._coming.set_exception(failure)
            self._coming.exception()  # marks it as seen: who waited may have given up

    def _ended(self, cause: Exception | None) -> RequestError:
        how = "closed" if cause is None else "reset"
        detail = "on a connection that had answered before" if self.answers else "on a new connection"
        if not self._heard:
            return RequestError(f"{how} before the answer", detail, unheard=True)
        if self._status >= 400:  # HAProxy's own pages have no length; the status says more than that
            return bad_status(self._status, b"".join(self._body))
        if self._body and not self._measured:
            return RequestError("answer without a length", "whether it is complete nobody can tell")
        return RequestError(f"{how} in the answer", f"after {self._heard} bytes, {detail}")
