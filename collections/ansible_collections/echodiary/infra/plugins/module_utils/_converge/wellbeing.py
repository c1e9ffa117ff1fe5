# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a component well: its processes first, then its own probes; and the end of the log of whatever is not."""

from __future__ import annotations

import time

from . import compose, docker, health, model, units
from .view import View


def now(view: View) -> health.Verdict:
    """Processes first: a probe says little about something that does not run."""
    project = view.spec["compose"]
    if project and not docker.running():
        return health.Verdict("Unknown" if view.last["services"] else "Missing", "Docker does not run here")
    found = of_processes(view)
    verdict = model.worst(list(found.values()))
    if verdict != "Healthy":
        return health.Verdict(verdict, ", ".join(f"{name} is {value}" for name, value in found.items() if value != "Healthy"))
    return health.once(view.spec["health"])


def of_processes(view: View) -> dict[str, str]:
    """``unit <name>`` and ``container <service>`` -> health."""
    found = {}
    if view.spec["units"]:
        live = view.host.units() if view.host.check else units.read(list(view.spec["units"]))
        found = {f"unit {name}": units.health(spec, live.get(name, units.MISSING)) for name, spec in view.spec["units"].items()}
    if view.spec["compose"]:
        containers = view.seen.services if view.host.check else compose.read(view.spec["compose"])
        judged = compose.health(view.spec["compose"], containers or {})
        found.update({f"container {name}": value for name, value in judged.items()})
    return found


def wait(view: View) -> health.Verdict:
    """Until healthy, or the deadline; something without a probe has to stay up a little before it counts."""
    began = time.monotonic()
    unproven = not view.spec["health"] and (view.spec["units"] or view.spec["compose"])

    def look() -> health.Verdict:
        verdict = now(view)
        if verdict.health == "Healthy" and unproven and time.monotonic() - began < health.SETTLE:
            return health.Verdict("Progressing", "has to stay up a little")
        return verdict

    return health.wait(look, deadline(view))


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
    return "\n".join(docker.log_tail(container.id) for container in compose.read(view.spec["compose"]).get(name, []))
