# SPDX-License-Identifier: GPL-3.0-or-later
"""The load itself: requests leave when they are due, whatever became of those before. Ends by itself."""

from __future__ import annotations

import asyncio
import itertools
import resource
import signal
import time
from array import array
from collections.abc import Callable
from datetime import UTC, datetime

from tests.load.client import Client
from tests.load.connection import RequestError
from tests.load.plan import Plan
from tests.load.requests import Request, requests
from tests.load.result import Result
from tests.load.tally import Count, Gap, Tally, listed, spread

LOOK = 0.25  # seconds between looks whether to stop, at low rates


class Sending:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.clients = [Client(target, plan.timeout) for target in plan.targets]
        names = [target.name for target in plan.targets]
        self.tally = Tally({kind: Count() for kind in plan.mix}, {name: Count() for name in names}, {name: Gap() for name in names})
        self.stopped = False
        self.late = array("d")
        self._in_flight = 0
        self._start = 0.0
        self._seconds = 0.0

    async def run(self, begun: Callable[[], None]) -> Result:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        allow_many_files()
        started, processor = datetime.now(UTC), _processor_seconds()
        self._start = time.monotonic()  # the loop's own clock stands still while it works
        begun()
        async with asyncio.TaskGroup() as group:  # leaves when the last answer came or timed out
            await self._arrivals(group)
            self._seconds = self._now()
            self.tally.sending_ended(self._seconds)
        for client in self.clients:
            client.close()
        return self._result(started, _processor_seconds() - processor)

    def stop(self) -> None:
        """Nothing new is sent; what is under way is waited for."""
        self.stopped = True

    async def _arrivals(self, group: asyncio.TaskGroup) -> None:
        writes = itertools.count()
        streams = itertools.cycle([(client, requests(self.plan, client.target, writes)) for client in self.clients])
        for number in range(self.plan.total):
            due = number / self.plan.rate
            while (wait := due - self._now()) > 0 and not self.stopped:
                await asyncio.sleep(min(wait, LOOK))
            if self.stopped:
                return
            client, stream = next(streams)
            self.late.append(self._now() - due)
            group.create_task(self._one(client, next(stream), due))
            if self.late[-1] > LOOK:
                await asyncio.sleep(0)  # behind: answers must still be read
        await asyncio.sleep(max(0.0, self.plan.total / self.plan.rate - self._now()))

    async def _one(self, client: Client, request: Request, due: float) -> None:
        host = client.target.name
        self._in_flight += 1
        try:
            if self._in_flight > self.plan.in_flight:
                raise RequestError("not sent", f"{self.plan.in_flight} requests without an answer yet")
            retried = await client.send(request)
            self.tally.good(host, request, due, self._now(), retried)
        except RequestError as failure:
            self.tally.bad(host, request, self._now(), failure)
        finally:
            self._in_flight -= 1

    def _now(self) -> float:
        return time.monotonic() - self._start

    def _result(self, started: datetime, processor: float) -> Result:
        tally, wall = self.tally, max(self._now(), 0.001)
        counts = tally.by_host.values()
        hosts = {name: count.result() for name, count in tally.by_host.items()}
        for client in self.clients:
            gap = tally.gaps[client.target.name]
            hosts[client.target.name] |= {
                "longest_gap": {"seconds": round(gap.seconds, 3), "at": round(gap.at, 3)},
                "opened": client.opened,
                "closed_while_idle": client.closed_while_idle,
            }
        late = spread(self.late)
        return Result(
            run=self.plan.run,
            started=started.isoformat(timespec="milliseconds"),
            seconds=round(self._seconds, 3),
            wanted_rate=self.plan.rate,
            rate=round(len(self.late) / self._seconds, 1) if self._seconds else 0.0,
            sent=len(self.late),
            ok=sum(count.ok for count in counts),
            failed=sum(count.failed for count in counts),
            retried=sum(count.retried for count in counts),
            kinds={kind: count.result() for kind, count in tally.by_kind.items()},
            hosts=hosts,
            failures=listed(tally.failures),
            retries=listed(tally.retries),
            writes={
                "sent": tally.acknowledged + len(tally.refused) + len(tally.unanswered),
                "acknowledged": tally.acknowledged,
                "refused": tally.refused,
                "unanswered": tally.unanswered,
            },
            generator={
                "cpu_seconds": round(processor, 2),
                "cpu_percent": round(100 * processor / wall, 1),
                "late_ms_p99": late["p99"] or 0.0,
                "late_ms_max": late["max"] or 0.0,
            },
        )


def allow_many_files() -> None:
    """A host that answers nothing holds every connection until its timeout: thousands at this rate."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
