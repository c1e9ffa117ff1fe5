# SPDX-License-Identifier: GPL-3.0-or-later
"""A real HTTP server that behaves as badly as it is told to, and a load on it in the same event loop."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

from tests.load.plan import KEPT, Plan
from tests.load.result import Result
from tests.load.sending import Sending
from tests.load.targets import Target


class Exchange:
    """One request as a server sees it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes, number: int) -> None:
        self.reader, self.writer, self.head = reader, writer, head
        self.number = number  # on its connection, from 1

    @property
    def length(self) -> int:
        found = [line for line in self.head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        return int(found[0].split(b":")[1]) if found else 0

    @property
    def last(self) -> bool:
        return b"Connection: close" in self.head

    async def body(self) -> bytes:
        return await self.reader.readexactly(self.length)

    async def good(self) -> None:
        body = await self.body()
        title = json.loads(body)["title"] if body else None
        self.answer(201 if body else 200, json.dumps({"title": title}).encode())

    def answer(self, status: int, body: bytes, length: int | None = None) -> None:
        head = f"HTTP/1.1 {status} Some Reason\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
        self.writer.write(head.encode() + body)

    def reset(self) -> None:
        """The way a killed process's connections end."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = Callable[[Exchange], Awaitable[None]]


async def good(exchange: Exchange) -> None:
    await exchange.good()


def attack(behaviour: Behaviour, **plan: Any) -> Result:
    """A load on a server that behaves so with every request."""
    return asyncio.run(_attack([behaviour], plan))


def attack_two(first: Behaviour, second: Behaviour, **plan: Any) -> Result:
    return asyncio.run(_attack([first, second], plan))


async def _attack(behaviours: list[Behaviour], plan: dict[str, Any]) -> Result:
    servers = [await asyncio.start_server(_handler(behaviour), "127.0.0.1", 0) for behaviour in behaviours]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    targets = tuple(Target("127.0.0.1", port) for port in ports)
    given = {"rate": 100, "seconds": 0.3, "mix": {KEPT: 1}, "timeout": 0.5, "slow_seconds": 0.3, **plan}
    result = await Sending(Plan(targets, **given)).run(lambda: None)
    for server in servers:
        server.close()
    return result


def _handler(behaviour: Behaviour) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = 0
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                number += 1
                exchange = Exchange(reader, writer, head, number)
                await behaviour(exchange)
                if exchange.last:
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client left, or the test is over
        finally:
            writer.close()

    return serve
