# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client may repeat, it repeats once and says so; what it may not, it does not."""

from __future__ import annotations

import asyncio

from tests.load.plan import KEPT, NEW, WRITE
from tests.load.result import Result
from tests.unit.load.server import Exchange, attack, good


async def one_each(exchange: Exchange) -> None:
    """Ends a connection when a second request comes over it, without a word: as a server does that just closed it."""
    if exchange.number > 1:
        exchange.writer.close()
    else:
        await exchange.good()


async def half_on_second(exchange: Exchange) -> None:
    if exchange.number > 1:
        exchange.answer(200, b"half", length=8)
        exchange.writer.close()
    else:
        await exchange.good()


async def two_idle_moments(exchange: Exchange) -> None:
    await exchange.good()
    asyncio.get_running_loop().call_later(0.02, exchange.writer.close)


async def say_goodbye(exchange: Exchange) -> None:
    await exchange.body()
    exchange.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
    exchange.writer.close()


def opened(result: Result) -> int:
    [host] = result.hosts.values()
    return int(host["opened"])


def test_connections_are_kept() -> None:
    # one, where nothing delays an answer until the next request is due; 25 if none were kept
    assert opened(attack(good, rate=25, seconds=1)) < 20


def test_or_not() -> None:
    assert opened(attack(good, seconds=0.5, mix={NEW: 1})) == 50


def test_a_read_is_repeated_once_and_counted() -> None:
    result = attack(one_each, rate=50, seconds=0.4)
    assert (result.ok, result.failed) == (20, 0)
    assert 10 < result.retried < 20  # all but the first, and those that found a connection busy
    [group] = result.retries
    assert (group["kind"], group["count"], group["reason"]) == (KEPT, result.retried, "kept connection ended")


def test_a_write_is_never_repeated() -> None:
    result = attack(one_each, rate=50, seconds=0.4, mix={WRITE: 1})
    assert result.retried == 0 and result.ok + result.failed == 20 and result.failed >= 5
    [group] = result.failures
    assert (group["reason"], group["examples"][0]["detail"]) == ("closed before the answer", "on a connection that had answered before")
    assert len(result.writes["unanswered"]) == result.failed


def test_a_read_whose_answer_had_begun_is_not_repeated() -> None:
    result = attack(half_on_second, rate=50, seconds=0.4)
    assert result.failed >= 5 and result.retried == 0


def test_a_connection_closed_between_requests_costs_nothing() -> None:
    result = attack(two_idle_moments, rate=10, seconds=0.5, mix={WRITE: 1})
    [host] = result.hosts.values()
    assert (result.failed, result.retried, host["closed_while_idle"], host["opened"]) == (0, 0, 5, 5)


def test_a_server_that_says_it_closes_is_believed() -> None:
    result = attack(say_goodbye, rate=50, seconds=0.4)
    assert (result.failed, result.retried, opened(result)) == (0, 0, 20)
