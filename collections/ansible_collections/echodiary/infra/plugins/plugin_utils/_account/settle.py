# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until AWS is done with what was asked of it, calmly, and up to the deadline that its kind has."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .._common import timestamps
from .._common.errors import SpecError
from .kinds import catalog

if TYPE_CHECKING:
    from .model import Kind, Resource, Seen
    from .run import Run

#: of a kind that names none (s)
DEADLINE = 60
#: between two looks (s): soon at first, then calmly
FIRST, LAST = 1.0, 15.0
#: how long nothing is said while nothing changes (s)
_SILENCE = 60


def deadline(kind: Kind) -> float:
    """A kind whose resources take AWS minutes says so by ``SETTLES``."""
    return float(getattr(kind, "SETTLES", DEADLINE))


def settle(run: Run, resources: Iterable[Resource]) -> None:
    """Until all of them are as they will be. SpecError names the one that is late: AWS goes on with it by itself."""
    waits = _Waits(run)
    asked = set(resources)
    while asked := {one.resource for one in _unsettled(run, asked, waits)}:
        waits.pause()


def free(run: Run, kind: Kind, seen: Seen) -> None:
    """Until nothing holds it any more, as a kind's ``held`` says: AWS is told late of what is gone."""
    held = getattr(kind, "held", None)
    waits = _Waits(run)
    while held:
        run.aws.forget()
        why = held(run.aws, seen)
        if not why:
            return
        waits.told(kind, [seen._replace(state=why)])
        waits.pause()


def gone(run: Run, kind: Kind, removed: Seen) -> None:
    """Until AWS shows it no more, where that takes time: what it stood on goes only then."""
    if not hasattr(kind, "SETTLES"):
        return
    waits = _Waits(run)
    while left := _left(run, kind, removed):
        waits.told(kind, left)
        waits.pause()


def _left(run: Run, kind: Kind, removed: Seen) -> list[Seen]:
    """As a kind's ``lingers`` says: what it stood on may be in use for longer than it is seen."""
    found = [one for one in run.seen(kind) if one.resource == removed.resource]
    lingers = getattr(kind, "lingers", None)
    why = lingers(run.aws, removed) if lingers and not found else ""
    return [removed._replace(state=why)] if why else found


def _unsettled(run: Run, asked: set[Resource], waits: _Waits) -> list[Seen]:
    found: list[Seen] = []
    for kind in catalog.KINDS:
        if any(one.kind == kind.NAME for one in asked):
            late = [one for one in run.seen(kind) if one.resource in asked and not one.settled]
            waits.told(kind, late)
            found += late
    return found


class _Waits:
    """How long it has been, and what people were told of it."""

    def __init__(self, run: Run) -> None:
        self._run, self._begun, self._pause = run, time.monotonic(), FIRST
        self._said: dict[Resource, tuple[str, float]] = {}

    def told(self, kind: Kind, late: list[Seen]) -> None:
        now = time.monotonic()
        for one in late:
            if now - self._begun > deadline(kind):
                spent = timestamps.span(now - self._begun)
                raise SpecError(f"{one.resource}: is still {one.state} after {spent}, and AWS goes on with it; run again when it is done")
            state, at = self._said.get(one.resource, ("", 0.0))
            if state != one.state or now - at > _SILENCE:
                self._said[one.resource] = (one.state, now)
                self._run.tell(f"  waiting  {one.resource}  {one.state}  {timestamps.span(now - self._begun)}")

    def pause(self) -> None:
        """A lease lives for less long than AWS may take."""
        self._run.holds()
        time.sleep(self._pause)
        self._pause = min(self._pause * 2, LAST)
