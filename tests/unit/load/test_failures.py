# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way a request can go wrong is counted as what it is; a good server gets away without a failure."""

from __future__ import annotations

import asyncio
import socket

import pytest

from tests.load.plan import KEPT, MIX, NEW, SLOW, WRITE, Plan
from tests.load.result import Result
from tests.load.sending import Sending
from tests.load.targets import Target
from tests.unit.load.server import Behaviour, Exchange, attack, attack_two, good

EVERY_KIND = {KEPT: 4, NEW: 3, WRITE: 2, SLOW: 1}


async def reset_before(exchange: Exchange) -> None:
    exchange.reset()


async def close_before(exchange: Exchange) -> None:
    exchange.writer.close()


async def reset_in(exchange: Exchange) -> None:
    exchange.answer(200, b"half", length=8)
    await exchange.writer.drain()
    await asyncio.sleep(0.01)
    exchange.reset()


async def truncate(exchange: Exchange) -> None:
    await exchange.body()
    exchange.answer(201 if exchange.length else 200, b"half", length=8)
    exchange.writer.close()


async def truncate_chunks(exchange: Exchange) -> None:
    await exchange.body()
    exchange.writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
    exchange.writer.close()


async def truncate_head(exchange: Exchange) -> None:
    await exchange.body()
    exchange.writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
    exchange.writer.close()


async def no_length(exchange: Exchange) -> None:
    await exchange.body()
    exchange.writer.write(b"HTTP/1.1 200 OK\r\n\r\nwho knows whether this is all")
    exchange.writer.close()


async def hang(exchange: Exchange) -> None:
    await asyncio.sleep(5)


async def hang_in(exchange: Exchange) -> None:
    exchange.answer(200, b"half", length=8)
    await asyncio.sleep(5)


async def nonsense(exchange: Exchange) -> None:
    exchange.writer.write(b"SSH-2.0-OpenSSH_10.0\r\n\r\n")


async def unavailable(exchange: Exchange) -> None:
    await exchange.body()
    exchange.answer(503, b"no server is available")


async def proxys_own_page(exchange: Exchange) -> None:
    await exchange.body()
    exchange.writer.write(b"HTTP/1.0 503 Service Unavailable\r\nConnection: close\r\n\r\n<h1>No server is available</h1>")
    exchange.writer.close()


async def gateway_timeout(exchange: Exchange) -> None:
    await exchange.body()
    exchange.answer(504, b"no answer from the application")


async def not_found(exchange: Exchange) -> None:
    await exchange.body()
    exchange.answer(404, b"not found")


async def somebody_elses(exchange: Exchange) -> None:
    await exchange.body()
    exchange.answer(201, b'{"title": "load-00000000-0"}')


async def early(exchange: Exchange) -> None:
    exchange.answer(201, b"{}")
    await exchange.writer.drain()
    await exchange.body()


def reasons(result: Result) -> set[str]:
    return {failure["reason"] for failure in result.failures}


def test_a_good_server_has_no_failure() -> None:
    result = attack(good, mix=EVERY_KIND, seconds=0.5)
    assert (result.sent, result.ok, result.failed, result.retried) == (50, 50, 0, 0)
    assert {kind: count["sent"] for kind, count in result.kinds.items()} == {KEPT: 20, NEW: 15, WRITE: 10, SLOW: 5}
    assert result.writes == {"sent": 15, "acknowledged": 15, "refused": [], "unanswered": []}
    assert result.kinds[SLOW]["milliseconds"]["p50"] >= 300


@pytest.mark.parametrize("kind", list(MIX))
@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (reset_before, "reset before the answer"),
        (close_before, "closed before the answer"),
        (reset_in, "reset in the answer"),
        (truncate, "closed in the answer"),
        (truncate_chunks, "closed in the answer"),
        (truncate_head, "closed in the answer"),
        (no_length, "answer without a length"),
        (hang, "timeout"),
        (hang_in, "timeout"),
        (nonsense, "not HTTP"),
        (unavailable, "status 503"),
        (proxys_own_page, "status 503"),
        (not_found, "status 404"),
    ],
    ids=lambda value: getattr(value, "__name__", "").replace("_", "-") or None,
)
def test_every_request_fails(behaviour: Behaviour, reason: str, kind: str) -> None:
    result = attack(behaviour, mix={kind: 1}, seconds=0.1)
    assert (result.sent, result.ok, result.failed, result.retried) == (10, 0, 10, 0)
    # What a server does to a body that still comes may reach a slow client as a reset of what was a close.
    assert reasons(result) <= {reason, reason.replace("closed", "reset")}
    assert result.kinds[kind]["failed"] == 10


@pytest.mark.parametrize("kind", list(MIX))
def test_refused_connections(kind: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        plan = Plan((Target("127.0.0.1", taken.getsockname()[1]),), rate=100, seconds=0.1, mix={kind: 1}, timeout=0.5)
        result = asyncio.run(Sending(plan).run(lambda: None))
    assert (result.failed, reasons(result)) == (10, {"connection refused"})


def test_connections_that_nobody_accepts_time_out() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(address)
        plan = Plan((Target(*address),), rate=100, seconds=0.05, mix={NEW: 1}, timeout=0.3)
        result = asyncio.run(Sending(plan).run(lambda: None))
        for client in waiting:
            client.close()
    assert (result.failed, reasons(result)) == (5, {"timeout"})


def test_the_answer_to_another_write_is_a_failure() -> None:
    result = attack(somebody_elses, mix={WRITE: 1}, seconds=0.1)
    assert (result.failed, reasons(result)) == (10, {"answer to something else"})


def test_an_answer_before_the_body_was_sent_is_a_failure() -> None:
    result = attack(early, mix={SLOW: 1}, seconds=0.1)
    assert (result.failed, reasons(result)) == (10, {"answered before the request was complete"})


def test_failures_say_where_when_and_which() -> None:
    result = attack_two(good, unavailable, mix={WRITE: 1}, seconds=0.4)
    bad = next(name for name, count in result.hosts.items() if count["failed"])
    [group] = result.failures
    assert (group["host"], group["kind"], group["reason"], group["count"]) == (bad, WRITE, "status 503", 20)
    assert 0 <= group["first"] < group["last"] < 1
    assert group["examples"][0]["detail"] == "no server is available"
    assert [example["token"] for example in group["examples"]] == result.writes["refused"][:5]
    assert (result.writes["acknowledged"], len(result.writes["refused"]), result.writes["unanswered"]) == (20, 20, [])


def test_a_refused_write_is_not_an_unanswered_one() -> None:
    assert len(attack(unavailable, mix={WRITE: 1}, seconds=0.1).writes["refused"]) == 10
    assert len(attack(proxys_own_page, mix={WRITE: 1}, seconds=0.1).writes["refused"]) == 10
    assert len(attack(gateway_timeout, mix={WRITE: 1}, seconds=0.1).writes["unanswered"]) == 10
    assert len(attack(truncate, mix={WRITE: 1}, seconds=0.1).writes["unanswered"]) == 10
