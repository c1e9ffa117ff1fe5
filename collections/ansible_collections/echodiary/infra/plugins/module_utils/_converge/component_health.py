# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a component well: its processes first, then its own probes; and the end of the log of whatever is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._host import docker
from .._kinds import compose, model, units
from . import health

if TYPE_CHECKING:
    from .._kinds import documents
    from .view import View


def now(view: View, checks: list[documents.ProbeSpec] | None = None, seen: bool = False) -> health.Verdict:
    """Processes first: a probe says little about something that does not run. Without ``checks`` the declared ones count.

    ``seen``: judge the processes by the reading that the plan was made from.
    """
    project = view.spec["compose"]
    if project and not docker.running():
        return health.Verdict("Unknown" if view.last["services"] else "Missing", "Docker does not run here")
    found = of_processes(view, seen)
    verdict = model.worst_health(found.values())
    if verdict != "Healthy":
        ill = [name for name, value in found.items() if value != "Healthy"]
        stuck = verdict == "Degraded" and all(name.startswith("container ") for name in ill)
        return health.Verdict(verdict, ", ".join(f"{name} is {found[name]}" for name in ill), stuck)
    told = health.once(view.spec["health"] if checks is None else checks)
    killed = _killed(view) if told.health == "Healthy" and (seen or view.host.check) else ""
    return health.Verdict("Degraded", f"container {killed} ran out of memory: the kernel killed it") if killed else told


def _killed(view: View) -> str:
    """It is there again, and will be killed again. A change is not judged by it: it may be the one that mends that."""
    live = view.seen.services or {}
    return ", ".join(name for name in live for one in live[name] if one.inspected and one.inspected["State"].get("OOMKilled"))


def of_processes(view: View, seen: bool = False) -> dict[str, str]:
    """``unit <name>`` and ``container <service>`` -> health."""
    found = {}
    seen = seen or view.host.check
    if view.spec["units"]:
        live = view.host.units(view.spec["units"]) if seen else units.observe(list(view.spec["units"]))
        found = {f"unit {name}": units.health(spec, live.get(name, units.MISSING)) for name, spec in view.spec["units"].items()}
    if view.spec["compose"]:
        containers = view.seen.services if seen else compose.read(view.spec["compose"])
        judged = compose.health(view.spec["compose"], containers or {})
        _spoken_for(judged, view.spec)
        found.update({f"container {name}": value for name, value in judged.items()})
    return found


def _spoken_for(judged: dict[str, str], spec: documents.ComponentSpec) -> None:
    """A release's own probes say more, and sooner, than the first of Docker's checks, which comes after a whole interval."""
    release = spec.get("release")
    service = release["service"] if release else ""
    if spec["health"] and judged.get(service) == "Progressing":
        judged[service] = "Healthy"


def wait(view: View) -> health.Verdict:
    """Until healthy, or the deadline.

    Healthy counts when the same processes have answered well several times in a row: one that dies and is started again and
    again looks well for a moment each time, and somebody else may be answering at its port.
    """
    pace = pace_of(view.spec)
    streak = Streak(pace.passes)

    def look() -> health.Verdict:
        verdict = now(view)
        if verdict.health != "Healthy":
            streak.broken()
        elif not streak.long_enough(starts(view)):
            return health.Verdict("Progressing", "its processes do not stay up")
        return verdict

    return health.wait(look, deadline(view) + pace.settle, pace.interval)


def pace_of(spec: documents.ComponentSpec) -> health.Pace:
    """A release's own pace; what only restarts in place has the default."""
    release = spec.get("release")
    return health.Pace(release["interval"], release["passes"]) if release else health.Pace()


class Streak:
    """How many times in a row the same starts of all processes were seen well."""

    def __init__(self, passes: int) -> None:
        self._passes = passes
        self._starts: list[str] = []
        self._seen = 0

    def long_enough(self, starts: list[str]) -> bool:
        if not starts:
            return True
        self._seen = self._seen + 1 if starts == self._starts else 1
        self._starts = starts
        return self._seen >= self._passes

    def broken(self) -> None:
        self._seen = 0


def starts(view: View) -> list[str]:
    """Which start of each process runs now."""
    found = [unit.identity for unit in units.observe(list(view.spec["units"])).values()]
    if view.spec["compose"]:
        containers = compose.read(view.spec["compose"]).values()
        found += sorted(container.identity for several in containers for container in several)
    return found


def deadline(view: View) -> float:
    return health.deadline_of(view.spec["health"])


def log_tail(view: View) -> str:
    """The last lines of what is not healthy; of everything when only a probe failed."""
    if view.spec["compose"] and not docker.running():
        return ""
    found = of_processes(view)
    sick = [name for name, value in found.items() if value != "Healthy"] or list(found)
    tails = [(name, _tail(view, *name.split(" ", 1))) for name in sick]
    return "".join(f"\n--- last lines of {name}\n{text}" for name, text in tails if text)


def _tail(view: View, kind: str, name: str) -> str:
    if kind == "unit":
        return units.log_tail(name)
    containers = compose.read(view.spec["compose"]).get(name, []) if view.spec["compose"] else []
    return "\n".join(docker.log_tail(container.id) for container in containers)
