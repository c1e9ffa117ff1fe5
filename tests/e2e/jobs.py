# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody who gives work all the time, and a real Redis that knows what became of it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import redis

from tests.waiting import eventually

#: as tests/e2e/worker/main.go does it
_WORKER = """
import os, signal, time
import redis

over = []
signal.signal(signal.SIGTERM, lambda *_: over.append(True))
to, on, release = redis.Redis(os.environ["QUEUE"], db=1, decode_responses=True), os.environ["HOST"], "RELEASE"
while not over:
    job = to.blmove("queue", "taken", 0.2, "LEFT", "RIGHT")
    if job:
        to.rpush("together:" + on, to.incr("at-work:" + on))
        time.sleep(0.03)
        with to.pipeline(transaction=True) as done:
            done.hincrby("done", job, 1)
            done.hincrby("by", on + " " + release, 1)
            done.lrem("taken", 1, job)
            done.decr("at-work:" + on)
            done.execute()
"""


def worker(release: str) -> str:
    """A program that takes jobs from database 1 of the Redis at QUEUE."""
    return _WORKER.replace("RELEASE", release)


class Count(NamedTuple):
    """Of the jobs that were given. ``doubled``: done more than once."""

    sent: int
    done: int
    lost: int
    doubled: int


class Jobs:
    """``rate`` in jobs a second; ``sent``: how many so far."""

    def __init__(self, address: str, rate: float, database: int = 1) -> None:
        self._redis: Any = redis.Redis(address, db=database, decode_responses=True)
        self._redis.flushdb()
        self._pause, self.sent = 1 / rate, 0

    @contextmanager
    def given(self) -> Iterator[None]:
        """While the block runs. Afterwards the queue is empty."""
        over = threading.Event()

        def give() -> None:
            while not over.wait(self._pause):
                self._redis.rpush("queue", f"job-{self.sent}")
                self.sent += 1

        giver = threading.Thread(target=give)
        giver.start()
        try:
            yield
        finally:
            over.set()
            giver.join()
        eventually(lambda: self._redis.llen("queue") == self._redis.llen("taken") == 0, 60, "jobs are left")

    def count(self) -> Count:
        times = Counter({name: int(number) for name, number in self._redis.hgetall("done").items()})
        assert times.keys() <= {f"job-{number}" for number in range(self.sent)}
        return Count(self.sent, len(times), self.sent - len(times), sum(number > 1 for number in times.values()))

    def by(self) -> dict[str, int]:
        """Host and release, to the jobs that it did."""
        return {name: int(number) for name, number in self._redis.hgetall("by").items()}

    def is_done_by(self, release: str, hosts: int) -> None:
        """From now on, on as many hosts, and by no other release."""
        then = self.by()

        def working() -> list[str]:
            return [name.split()[1] for name, number in self.by().items() if number > then.get(name, 0)]

        eventually(lambda: working() == [release] * hosts, 30, f"{release} at work on {hosts} hosts: {then}")

    def together(self) -> set[str]:
        """How many were at work on a host whenever one began there."""
        return {number for key in self._redis.scan_iter("together:*") for number in self._redis.lrange(key, 0, -1)}
