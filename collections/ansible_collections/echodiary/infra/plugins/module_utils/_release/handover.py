# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that no request brings: workers of a release, and its scheduled jobs.

It ends in one slot before it begins in the other, so that nothing is done twice; what nobody takes meanwhile waits where it is queued.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .._converge import component_health, health
from .._kinds import compose, model
from . import idle_slot, jobs

if TYPE_CHECKING:
    from .._host import docker
    from .look import Standing

#: what a process ends with that was killed
_KILLED = 137


def over(standing: Standing, old: str, new: str) -> None:
    """Raises ConvergeError where the new ones do not stay up; ``back`` is for who called."""
    _work_over(standing, old, new)
    jobs.follow(standing, new)


def back(standing: Standing, new: str, old: str) -> str:
    """The old ones are at work again, and the clock starts theirs; else what is to be said beside the error that led here."""
    steps = (lambda: _work_over(standing, new, old), lambda: jobs.follow(standing, old))
    failed = [why for step in steps if (why := _why_not(step))]
    standing.unsettled = standing.unsettled or bool(failed)
    return "".join(f"; and slot {old} does not work again: {why}" for why in failed)


def _work_over(standing: Standing, old: str, new: str) -> None:
    halt(standing, old)
    begin(standing, new)


def _why_not(step: Callable[[], None]) -> str:
    try:
        step()
    except model.ConvergeError as error:
        return str(error)
    return ""


def halt(standing: Standing, slot: str) -> None:
    """Each is told to end, and has its own grace period for what it works on."""
    working = [one for one in _containers(standing, slot) if one.state not in compose.RESTING]
    for container in working:
        compose.end(container)
    if not working:
        return
    standing.clock("workers_stop")
    ended = {one.id for one in working}
    for one in _containers(standing, slot):
        if one.id in ended and one.exit_code == _KILLED:
            standing.note(
                f"{one.service} of slot {slot} was killed after its grace period ({one.grace:.0f} s): what it did was not finished"
            )


def begin(standing: Standing, slot: str) -> None:
    starting = [one for one in _containers(standing, slot) if one.state in compose.RESTING]
    for container in starting:
        compose.start(container)
    if not starting:
        return
    try:
        _stay_up(standing, slot)
    except model.ConvergeError as error:
        raise model.ConvergeError(f"workers of slot {slot}: {error}{idle_slot.log_tail(standing.project(slot))}") from error
    finally:
        standing.clock("workers_start")


def _stay_up(standing: Standing, slot: str) -> None:
    """Work stands still meanwhile: one that dies again and again is not given the whole deadline."""
    release, streak = standing.release, component_health.Streak(standing.release["passes"])

    def look() -> health.Verdict:
        several = _containers(standing, slot)
        if dead := [one.service for one in several if one.restarts >= compose.CRASHES]:
            raise model.ConvergeError(f"{', '.join(dead)} ended again and again")
        found = model.worst_health(compose.health_of(one) for one in several)
        if found != "Healthy":
            streak.broken()
        elif not streak.long_enough(sorted(one.identity for one in several)):
            found = "Progressing"
        return health.Verdict(found, ", ".join(f"{one.service} is {one.state}" for one in several))

    deadline = health.deadline_of(standing.spec["health"])
    verdict = health.wait(look, deadline, release["interval"])
    if verdict.health != "Healthy":
        raise model.ConvergeError(f"{verdict.health} after {deadline:.0f} s: {verdict.why}")


def _containers(standing: Standing, slot: str) -> list[docker.Container]:
    named = standing.workers(slot)
    found = compose.read(standing.project(slot)) if named else {}
    return [container for service in named for container in found.get(service, [])]
