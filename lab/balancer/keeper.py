# SPDX-License-Identifier: GPL-3.0-or-later
"""Goes round: what is declared, whom to ask now, what they said, who gets requests."""

from __future__ import annotations

import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from . import asking
from .asking import Asked, Problem
from .haproxy import HAProxy
from .model import Declared, Group

if TYPE_CHECKING:
    from .account import Account

#: between two looks at what is declared, and between two at whom to ask (s)
LOOK, TICK = 1.0, 0.1
#: a balancer that found nothing new says what it found all the same
REPEAT = 5.0
Key = tuple[str, str]


class Keeper:
    def __init__(self, account: Account) -> None:
        self.account, self.haproxy = account, HAProxy()
        self.declared = Declared((), ())
        self.found: dict[Key, Asked] = {}
        self._due: dict[Key, float] = {}
        self._under_way: dict[Key, Future[Problem | None]] = {}
        self._told: dict[str, tuple[float, dict[str, Asked]]] = {}
        self._pool = ThreadPoolExecutor(32)
        self._looked = 0.0

    def run(self) -> None:
        while True:
            self.turn(time.monotonic())
            time.sleep(TICK)

    def turn(self, now: float) -> None:
        if now - self._looked >= LOOK:
            self._looked = now
            self._look()
        for group in self.declared.groups:
            self._ask(group, now)
        self._hear()
        for group in self.declared.groups:
            self._tell(group, now)
        self.haproxy.follow(self.declared, {one.name: asking.takes_requests(one, self._of(one)) for one in self.declared.groups})

    def _look(self) -> None:
        """Where nobody answers it goes on with what it knows, as requests do."""
        try:
            self.declared = self.account.read()
        except Exception as error:
            sys.stderr.write(f"the imitation does not answer: {' '.join(str(error).split())[:200]}\n")
            return
        there = {(group.name, one) for group in self.declared.groups for one in group.targets}
        for gone in set(self.found) - there:
            self.found.pop(gone)
            self._due.pop(gone, None)
        for new in there - set(self.found):
            self.found[new] = Asked()

    def _ask(self, group: Group, now: float) -> None:
        for one, target in group.targets.items():
            key = group.name, one
            if key not in self._under_way and now >= self._due.get(key, 0.0):
                self._due[key] = now + group.check.interval
                self._under_way[key] = self._pool.submit(asking.ask, target, group.check)

    def _hear(self) -> None:
        checks = {group.name: group.check for group in self.declared.groups}
        for key in [key for key, future in self._under_way.items() if future.done()]:
            problem = self._under_way.pop(key).result()
            before = self.found.get(key)
            if before is None or key[0] not in checks:
                continue
            self.found[key] = after = asking.heard(before, checks[key[0]], problem)
            if after.state != before.state:
                sys.stderr.write(f"{time.time():.1f} {key[0]} {key[1]}: {before.state} -> {after.state} {after.description}\n")

    def _of(self, group: Group) -> dict[str, Asked]:
        return {one: self.found.get((group.name, one), Asked()) for one in group.targets}

    def _tell(self, group: Group, now: float) -> None:
        since, before = self._told.get(group.name, (0.0, {}))
        found = {one: its._replace(passed=0, failed=0) for one, its in self._of(group).items()}
        if found == before and now - since < REPEAT:
            return
        self._told[group.name] = now, found
        try:
            self.account.report(group.name, found)
        except OSError as error:
            sys.stderr.write(f"{group.name}: what was found could not be told: {error}\n")
