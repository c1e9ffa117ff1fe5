# SPDX-License-Identifier: GPL-3.0-or-later
"""One request as bytes, and what a good answer to it looks like."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass

from tests.load.plan import KEPT, SLOW, WRITE, Plan, kinds
from tests.load.targets import Target

PIECES = 10  # a slow body's


@dataclass(frozen=True)
class Request:
    kind: str
    identity: str  # sent as X-Request-ID: HAProxy and EchoDiary log it
    data: bytes  # head, and body unless it is slow
    token: str | None = None  # of a write
    pieces: tuple[bytes, ...] = ()  # the rest of a slow body
    pause: float = 0  # before each piece

    @property
    def kept(self) -> bool:
        return self.kind in (KEPT, WRITE)

    @property
    def idempotent(self) -> bool:
        return self.token is None

    @property
    def status(self) -> int:
        return 200 if self.idempotent else 201

    @property
    def seconds(self) -> float:
        """How long sending takes by intention."""
        return self.pause * len(self.pieces)


def token(run: str, number: int) -> str:
    return f"load-{run}-{number}"


def requests(plan: Plan, target: Target, writes: Iterator[int]) -> Iterator[Request]:
    """Endless. `writes` numbers the writes of all targets."""
    paths = itertools.cycle(plan.paths)
    for number, kind in enumerate(kinds(plan.mix)):
        identity = f"{plan.run}-{target.host.rpartition('.')[2]}-{number}"
        if kind in (WRITE, SLOW):
            yield _write(plan, target, kind, identity, token(plan.run, next(writes)))
        else:
            yield Request(kind, identity, _head("GET", next(paths), _host(plan, target), identity, kind == KEPT))


def _write(plan: Plan, target: Target, kind: str, identity: str, mark: str) -> Request:
    body = json.dumps({"title": mark, "body": "written under load", "mood": "good"}).encode()
    head = _head(
        "POST",
        "/entries",
        _host(plan, target),
        identity,
        kind == WRITE,
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n",
    )
    if kind == WRITE:
        return Request(kind, identity, head + body, mark)
    size = -(-len(body) // (PIECES + 1))
    first, *rest = (body[at : at + size] for at in range(0, len(body), size))
    return Request(kind, identity, head + first, mark, tuple(rest), plan.slow_seconds / len(rest))


def _host(plan: Plan, target: Target) -> str:
    return plan.host_name or target.name.removeprefix("http://")


def _head(method: str, path: str, host: str, identity: str, kept: bool, more: str = "") -> bytes:
    end = "" if kept else "Connection: close\r\n"
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: echodiary-load\r\nX-Request-ID: {identity}\r\n{end}{more}\r\n".encode()
