# SPDX-License-Identifier: GPL-3.0-or-later
"""What a watched release shows: a series of samples in, go on or out with a reason out. Pure.

One sign is enough, and each is clear: what happens to a well release under load, a slow request or a single error, is none. Errors
and requests in flight are held against what the slot before shows at the same time, since a database that is away is nobody's release.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

GO_ON, HELD, OUT = "go on", "held", "out"

#: seconds for which too many requests have to be in flight: what waits for a database that pauses is no sign
FLIGHT_SECONDS = 1.0
#: times what is usual in flight, beside the bound, that is too many
USUAL_TIMES = 3.0
#: seconds over which growth is measured, and within which what grows must not reach its limit
GROWTH_SECONDS, GROWTH_AHEAD = 3.0, 15.0
#: share of the limit below which growth is called warming up
GROWTH_FROM = 0.5


class Server(NamedTuple):
    """HAProxy's counters of one slot: all but ``in_flight`` and ``queued`` only ever grow, until HAProxy restarts.

    ``bad``: answered with 5xx, broken off, not connected to, or given up by the client.
    """

    answered: int = 0
    bad: int = 0
    in_flight: int = 0
    queued: int = 0
    down: bool = False


class Container(NamedTuple):
    """``start`` names which start of its process this is; ``limit`` is 0 where memory cannot be measured."""

    state: str = "running"
    start: str = ""
    oom_killed: bool = False
    restarts: int = 0
    memory: int = 0
    limit: int = 0

    @property
    def full(self) -> float:
        return self.memory / self.limit if self.limit else 0.0


class Sample(NamedTuple):
    """One look. ``trouble``: what a declared request got that it should not have; no container where Docker did not answer."""

    at: float
    new: Server
    old: Server
    container: Container | None = None
    trouble: str = ""


class Bounds(NamedTuple):
    """``errors`` and more, and more than ``error_rate`` of the answers, are a sign; so are ``in_flight`` beyond three times what is usual,
    ``silence`` seconds without an answer while at least three wait, and ``memory`` as a share of the limit, unless the slot before uses
    as much (``usual_memory``)."""

    errors: int = 3
    error_rate: float = 0.05
    in_flight: int = 8
    silence: float = 3.0
    memory: float = 0.9
    usual_memory: float = 0.0


class Decision(NamedTuple):
    verdict: str
    why: str = ""


def decide(samples: Sequence[Sample], bounds: Bounds, since: float, hold: float) -> Decision:
    """``samples``: oldest first; the first one was taken before the slot had any request. ``since``: when this step began."""
    why = sign(samples, bounds)
    if why:
        return Decision(OUT, why)
    return Decision(HELD if samples[-1].at - since >= hold else GO_ON)


def sign(samples: Sequence[Sample], bounds: Bounds) -> str:
    """The first clear sign that this release is no good; empty while there is none."""
    return (
        of_container(samples)
        or samples[-1].trouble
        or ("HAProxy finds it down" if samples[-1].new.down else "")
        or _of_memory(samples, bounds)
        or _of_flight(samples, bounds)
        or _of_silence(samples, bounds)
        or _of_errors(samples, bounds)
    )


def of_container(samples: Sequence[Sample]) -> str:
    seen = [sample.container for sample in samples if sample.container]
    if not seen:
        return ""
    first, last = seen[0], seen[-1]
    if last.oom_killed:
        return "its container was killed by the kernel: out of memory"
    if last.restarts > first.restarts or last.start != first.start:
        return "its container was started again"
    return "" if last.state == "running" else f"its container is {last.state}"


def _of_memory(samples: Sequence[Sample], bounds: Bounds) -> str:
    measured = [(sample.at, sample.container) for sample in samples if sample.container and sample.container.limit]
    if not measured:
        return ""
    at, last = measured[-1]
    usual = bounds.usual_memory + 0.05
    if last.full >= max(bounds.memory, usual):
        return f"memory is at {last.full:.0%} of its limit"
    window = [(then, container) for then, container in measured if at - then <= GROWTH_SECONDS]
    seconds, grown = at - window[0][0], last.memory - window[0][1].memory
    if seconds < GROWTH_SECONDS * 0.8 or last.full < max(GROWTH_FROM, usual) or grown <= 0:
        return ""
    left = (last.limit - last.memory) * seconds / grown
    return f"memory is at {last.full:.0%} of its limit and reaches it in {left:.0f} s" if left < GROWTH_AHEAD else ""


def _of_flight(samples: Sequence[Sample], bounds: Bounds) -> str:
    usual = sum(sample.old.in_flight for sample in samples) / len(samples)
    bound = bounds.in_flight + USUAL_TIMES * usual
    now = samples[-1]
    window = [sample for sample in samples if now.at - sample.at <= FLIGHT_SECONDS]
    long_enough = now.at - window[0].at >= FLIGHT_SECONDS * 0.8
    if not long_enough or min(sample.new.in_flight + sample.new.queued for sample in window) <= bound:
        return ""
    return f"{now.new.in_flight + now.new.queued} requests are in flight, where {usual:.1f} are usual"


def _of_silence(samples: Sequence[Sample], bounds: Bounds) -> str:
    last = samples[-1]
    window = [sample for sample in samples if last.at - sample.at <= bounds.silence]
    first = window[0]
    silent = last.at - first.at >= bounds.silence * 0.9 and first.new.answered == last.new.answered
    both = last.old.in_flight > 0 and first.old.answered == last.old.answered
    if not silent or both or last.new.in_flight < 3:
        return ""
    return f"{last.new.in_flight} requests wait, and none was answered for {bounds.silence:g} s"


def _of_errors(samples: Sequence[Sample], bounds: Bounds) -> str:
    bad, total = _since(samples[0].new, samples[-1].new)
    old_bad, old_total = _since(samples[0].old, samples[-1].old)
    tolerated = max(bounds.error_rate, 2 * old_bad / old_total if old_total else 0.0)
    if bad < bounds.errors or bad <= tolerated * total:
        return ""
    return f"{bad} of {total} requests failed (5xx, broken off, refused or given up)"


def _since(first: Server, last: Server) -> tuple[int, int]:
    """(bad, all) since then. HAProxy's own restart begins at nothing."""
    restarted = last.answered < first.answered or last.bad < first.bad
    bad = last.bad if restarted else last.bad - first.bad
    answered = last.answered if restarted else last.answered - first.answered
    return bad, max(answered, bad)
