# SPDX-License-Identifier: GPL-3.0-or-later
"""The slot that does not serve: what it holds, and bringing that back to life from what is on the host alone."""

from __future__ import annotations

from typing import Any

from . import compose, docker, health, model, wellbeing


def runs(project: dict[str, Any]) -> bool:
    return any(
        container.state in ("running", "restarting", "paused") for several in compose.read(project).values() for container in several
    )


def start(project: dict[str, Any]) -> None:
    """As it was left, by the engine itself; Compose takes a second longer, and makes anew what somebody has removed since."""
    containers = [container for several in compose.read(project).values() for container in several]
    try:
        for container in containers:
            compose.start(container)
    except model.ConvergeError:
        containers = []  # its network was pruned, say: a container never takes another one than it was made with
    if not containers:
        compose.recreate(project)


def holds(spec: dict[str, Any], record: dict[str, Any], slot: str, expect: str) -> dict[str, str]:
    """``{"image", "config"}`` of the release that rests; ``expect`` is the image it has to be, if any is named."""
    held: dict[str, str] = record["releases"].get(slot) or {}
    if not held:
        raise model.ConvergeError(f"slot {slot} of {spec['name']} holds no previous release on this host; deploy the wanted one instead")
    if expect and held["image"] != expect:
        raise model.ConvergeError(f"slot {slot} of {spec['name']} holds {held['image']}, not {expect}; deploy the wanted one instead")
    return held


def wait_until_well(project: dict[str, Any], release: dict[str, Any], record: dict[str, Any]) -> None:
    """By the probes that were recorded when this release was applied."""
    # half the pause: this release has served here before, and people wait for it
    pace, checks = health.Pace(release["interval"] / 2, release["passes"]), record["health"]
    streak = wellbeing.Streak(pace.passes)

    def look() -> health.Verdict:
        containers = [container for several in compose.read(project).values() for container in several]
        verdict = _of(containers, checks)
        if verdict.health != "Healthy":
            streak.broken()
        elif not streak.long_enough(sorted(container.identity for container in containers)):
            return health.Verdict("Progressing", "its processes do not stay up")
        return verdict

    seconds = health.deadline_of(checks)
    verdict = health.wait(look, seconds, pace.interval)
    if verdict.health != "Healthy":
        raise model.ConvergeError(f"the previous release is not healthy after {seconds:.0f} s: {verdict.why}")


def _of(containers: list[docker.Container], checks: list[dict[str, Any]]) -> health.Verdict:
    sick = [container for container in containers if container.state != "running" or compose.crash_looping(container)]
    if sick or not containers:
        return health.Verdict("Degraded", ", ".join(f"{container.service} is {container.state}" for container in sick) or "no container")
    return health.once(checks)


def log_tail(project: dict[str, Any]) -> str:
    ids = [container.id for several in compose.read(project).values() for container in several]
    return "".join(f"\n--- last lines of {project['name']}\n{docker.log_tail(container)}" for container in ids)
