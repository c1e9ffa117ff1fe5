# SPDX-License-Identifier: GPL-3.0-or-later
"""The load does not wait for anybody, is bounded, and says when it was itself too slow."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest

from tests import load
from tests.load.plan import KEPT, NEW
from tests.load.tally import Gap, percentile
from tests.unit.load.server import Exchange, attack, attack_two, good


async def slow(exchange: Exchange) -> None:
    await asyncio.sleep(0.4)
    await exchange.good()


def test_slow_answers_do_not_slow_the_load_down() -> None:
    began = time.monotonic()
    result = attack(slow, rate=200, seconds=0.5, timeout=5)
    assert (result.sent, result.ok) == (100, 100)
    assert result.seconds < 5 and time.monotonic() - began < 10  # one after the other they would take 40 s
    assert result.kinds[KEPT]["milliseconds"]["p50"] >= 400


def test_requests_go_to_the_hosts_in_turn() -> None:
    result = attack_two(good, slow, rate=200, seconds=0.5, timeout=5)
    assert [count["sent"] for count in result.hosts.values()] == [50, 50]


def test_the_longest_gap_is_per_host() -> None:
    async def pause(exchange: Exchange) -> None:
        if 0.3 < time.monotonic() - began < 0.8:
            exchange.reset()
        else:
            await exchange.good()

    began = time.monotonic()
    result = attack_two(good, pause, rate=100, seconds=1.2, mix={NEW: 1})
    whole, broken = (count["longest_gap"]["seconds"] for count in result.hosts.values())
    assert 0.35 < broken < 1.2 and whole < broken


def test_a_gap_may_last_to_the_end() -> None:
    gap = Gap()
    gap.success(1.0)
    gap.success(1.5)
    gap.success(10.0)
    assert (gap.seconds, gap.at) == (8.5, 1.5)


def test_what_is_not_sent_for_want_of_room_is_a_failure() -> None:
    async def hang(exchange: Exchange) -> None:
        await asyncio.sleep(3)

    result = attack(hang, rate=100, seconds=0.2, in_flight=5, mix={NEW: 1}, timeout=0.5)
    assert {failure["reason"]: failure["count"] for failure in result.failures} == {"not sent": 15, "timeout": 5}


def test_percentiles_are_measured_values() -> None:
    ordered = [number / 1000 for number in range(1, 101)]
    assert [percentile(ordered, share) for share in (0.5, 0.95, 0.99, 1)] == [50, 95, 99, 100]
    assert percentile([], 0.5) is None


@pytest.fixture
def port() -> int:
    """Nobody listens there."""
    return 9  # the discard service, which nothing here runs


def test_stopped_from_a_test(port: int) -> None:
    with load.running(f"http://127.0.0.1:{port}", seconds=60, rate=50) as running:
        time.sleep(0.5)
        result = running.stop()
    assert 5 <= result.failed == result.sent <= 100
    assert result.seconds < 5


def test_ends_by_itself(port: int) -> None:
    with load.running(f"http://127.0.0.1:{port}", seconds=0.3, rate=50) as running:
        result = running.wait(10)
    assert (result.sent, result.failed) == (15, 15)


def test_refuses_what_is_not_private() -> None:
    with pytest.raises(RuntimeError, match="neither of this machine nor of a private network"), load.running("http://8.8.8.8"):
        pass


def test_a_load_that_was_killed_has_no_result(port: int) -> None:
    with load.running(f"http://127.0.0.1:{port}", seconds=60) as running:
        os.kill(running.process.pid, signal.SIGKILL)
        with pytest.raises(RuntimeError, match="without a result"):
            running.stop()
