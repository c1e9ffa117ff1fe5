# SPDX-License-Identifier: GPL-3.0-or-later
"""The slot that does not serve: what it holds, and bringing that back to life from what is on the host alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._converge import component_health, health, occupied
from .._host import docker
from .._kinds import compose, model
from . import images

if TYPE_CHECKING:
    from .._converge import exchange
    from .._kinds import documents, remembered
    from . import shapes

#: what a container's network mode says where it names no network of its own
_NO_NETWORK = ("", "default", "bridge", "host", "none")

Live = dict[str, list[docker.Container]]
Services = dict[str, "remembered.AppliedService"]


def runs(live: Live) -> bool:
    return any(container.state in ("running", "restarting", "paused") for several in live.values() for container in several)


def trouble(live: Live, services: Services, key: bytes = b"") -> dict[str, list[model.Json]]:
    """Why what rests could not start, or would not start as it was left, as the fields of a change. Pure.

    ``services``: as recorded when it was applied. A container only ever takes the networks that it was made with.
    """
    gone = [name for name in services if not live.get(name)]
    if gone or not live:
        return {"container": ["gone", ", ".join(gone) or "one"]}
    lost = {name for several in live.values() for container in several for name in _wanted(container, services) - set(container.networks)}
    if lost:
        return {"network": ["gone", ", ".join(sorted(lost))]}
    found = (compose.made_otherwise(one, services.get(one.service), key) for several in live.values() for one in several)
    return {name: pair for fields in found for name, pair in fields.items()}


def _wanted(container: docker.Container, services: Services) -> set[str]:
    """A record of an earlier version does not say; the network that a container was made with is then all there is to know."""
    recorded = services.get(container.service)
    if recorded and "networks" in recorded:
        return set(recorded["networks"])
    mode = container.network_mode
    return set() if mode in _NO_NETWORK or mode.startswith("container:") else {mode}


def image_gone(live: Live) -> list[str]:
    """Ids of images that containers were made from and that are not here any more."""
    ids = sorted({container.image_id for several in live.values() for container in several})
    return [found for found in ids if docker.image_id(found) is None]


def in_the_way(project: documents.ProjectPlace, live: Live, services: Services) -> dict[str, occupied.Occupant]:
    """Somebody else's containers under the names of those that are gone."""
    return occupied.look(project, [name for name in services if not live.get(name)])


def start(project: documents.ProjectPlace, services: Services, image: str, held: list[str]) -> None:
    """As it was left, by the engine itself, which needs no registry; Compose makes anew what cannot start. ``held`` are not started."""
    live = compose.read(project)
    whole = not trouble(live, services)
    try:
        for container in (container for name, several in live.items() for container in several if whole and name not in held):
            compose.start(container)
    except model.ConvergeError:
        whole = False
    if not whole:
        images.have(image)
        occupied.clear(in_the_way(project, live, services))
        compose.recreate(project, list(services), held)


def make_anew(project: documents.ProjectPlace, services: Services, image: str) -> None:
    """Created and not started, from the files that are there."""
    images.have(image)
    occupied.clear(in_the_way(project, compose.read(project), services))
    compose.create_anew(project)


def holds(spec: documents.RolledSpec, record: shapes.SlotRecord, slot: str, expect: str) -> exchange.Held:
    """``{"image", "config"}`` of the release that rests; ``expect`` is the image it has to be, if any is named."""
    held = record["releases"].get(slot)
    if not held:
        raise model.ConvergeError(f"slot {slot} of {spec['name']} holds no previous release on this host; deploy the wanted one instead")
    if expect and held["image"] != expect:
        raise model.ConvergeError(f"slot {slot} of {spec['name']} holds {held['image']}, not {expect}; deploy the wanted one instead")
    return held


def wait_until_well(project: documents.ProjectPlace, release: documents.ReleaseSpec, record: remembered.Record, held: list[str]) -> None:
    """By the probes that were recorded when this release was applied."""
    # half the pause: this release has served here before, and people wait for it
    pace, checks = health.Pace(release["interval"] / 2, release["passes"]), record["health"]
    streak = component_health.Streak(pace.passes)

    def look() -> health.Verdict:
        containers = [container for name, several in compose.read(project).items() for container in several if name not in held]
        verdict = _of(containers, checks) if containers or not held else health.Verdict("Healthy")
        if verdict.health != "Healthy":
            streak.broken()
        elif not streak.long_enough(sorted(container.identity for container in containers)):
            return health.Verdict("Progressing", "its processes do not stay up")
        return verdict

    seconds = health.deadline_of(checks)
    verdict = health.wait(look, seconds, pace.interval)
    if verdict.health != "Healthy":
        raise model.ConvergeError(f"the previous release is not healthy after {seconds:.0f} s: {verdict.why}")


def _of(containers: list[docker.Container], checks: list[documents.ProbeSpec]) -> health.Verdict:
    sick = [container for container in containers if container.state != "running" or compose.crash_looping(container)]
    if sick or not containers:
        return health.Verdict("Degraded", ", ".join(f"{container.service} is {container.state}" for container in sick) or "no container")
    return health.once(checks)


def log_tail(project: documents.ProjectPlace) -> str:
    ids = [container.id for several in compose.read(project).values() for container in several]
    return "".join(f"\n--- last lines of {project['name']}\n{docker.log_tail(container)}" for container in ids)
