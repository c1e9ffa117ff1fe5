# SPDX-License-Identifier: GPL-3.0-or-later
"""A gate asks from the host and from here, tick by tick, until it is decided. What is asked of whom is the only thing known here."""

from __future__ import annotations

import concurrent.futures
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ...module_utils._gate import main as asking
from . import timeline, words
from .model import Condition, Finding, Settings, Tick

if TYPE_CHECKING:
    from ...module_utils._gate.shapes import Asked, Heard

#: while nothing changes, people hear from a waiting gate this often (s)
TELL = 15.0


class Waiting:
    """``ask``: a call to the host, manifest -> answer; ``say`` tells people a line. ``line`` is what was heard so far."""

    def __init__(self, settings: Settings, conditions: list[Condition], ask: Callable[[Asked], Heard], say: Callable[[str], None]) -> None:
        self._settings, self._conditions, self._ask, self._say = settings, conditions, ask, say
        asked = {origin: [one for one in conditions if one.origin == origin] for origin in ("controller", "host")}
        self._asked = {origin: of for origin, of in asked.items() if of}
        self._began = time.monotonic()
        self._overhead = 0.0
        self._told: tuple[float, tuple[str, str]] = (float("-inf"), ("", ""))
        self.line: list[Tick] = []

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._began

    def once(self) -> timeline.Decision:
        """A single look."""
        self.line += self._ticks(1)
        return timeline.at_once(self.line[-1])

    def until_decided(self) -> timeline.Decision:
        """Each call asks for as many ticks as the gate still needs to open, so a gate that opens at once is one call."""
        while True:
            for tick in self._ticks(timeline.missing(self.line, self._settings)):
                self.line.append(tick)
                decision = timeline.decide(self.line, self._settings, tick.at)
                if decision:
                    return decision
            elapsed = self.elapsed
            if elapsed >= self._settings.deadline:
                return timeline.at_deadline(self.line, self._settings)
            self._tell(elapsed)

    def _ticks(self, count: int) -> list[Tick]:
        """The host and the controller ask at the same time; what they heard, by who asked, is put together tick by tick."""
        started = self.elapsed
        heard = self._heard({origin: self._manifest(of, count, started) for origin, of in self._asked.items()})
        ended = self.elapsed
        self._overhead = max(0.0, ended - started - max(answer["seconds"] for answer in heard.values()))
        rounds = min(len(answer["ticks"]) for answer in heard.values())
        return [self._tick(heard, index, ended) for index in range(rounds)]

    def _manifest(self, conditions: list[Condition], count: int, started: float) -> Asked:
        """``started``: seconds since the gate began."""
        settings, line = self._settings, self.line
        return {
            "probes": [probe for one in conditions for probe in one.probes],
            "count": count,
            "interval": settings.interval,
            "delay": max(0.0, line[-1].at + settings.interval - started - self._overhead) if line else 0.0,
            "budget": max(0.0, settings.deadline - started),
            "age": started,
            "stop_after": timeline.unwanted_left(line, settings),
        }

    def _heard(self, manifests: Mapping[str, Asked]) -> dict[str, Heard]:
        if "host" not in manifests:
            return {"controller": asking.heard(manifests["controller"])}
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            here = pool.submit(asking.heard, manifests["controller"]) if "controller" in manifests else None
            there = self._ask(manifests["host"])
            return {"host": there, **({"controller": here.result()} if here else {})}

    def _tick(self, heard: Mapping[str, Heard], index: int, ended: float) -> Tick:
        """At the time of whoever was last; of conditions in the order in which they were given."""
        at = max(ended - answer["seconds"] + answer["ticks"][index]["at"] for answer in heard.values())
        found: dict[str, Finding] = {}
        for origin, answer in heard.items():
            rest = iter(answer["ticks"][index]["answers"])
            found.update({one.name: one.judge([next(rest) for _ in one.probes]) for one in self._asked[origin]})
        return Tick(at, {one.name: found[one.name] for one in self._conditions})

    def _tell(self, elapsed: float) -> None:
        """A line when something else is to blame than before, and now and then as a sign of life."""
        culprit = self.line[-1].culprit()
        about = (culprit[0], culprit[1].verdict) if culprit else ("", "")
        told, before = self._told
        if about != before or elapsed - told >= TELL:
            self._told = (elapsed, about)
            self._say(words.waiting(self.line, self._settings, elapsed))
