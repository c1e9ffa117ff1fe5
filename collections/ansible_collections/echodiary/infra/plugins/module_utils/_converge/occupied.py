# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else's container under a name that a Compose project needs: whose it is, and whether it may go.

It goes when it carries nothing of value: it does not run, has no volume or directory of its own, and has written nothing. Else
somebody has to look at it first, and nothing is touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from .._host import docker
from .._kinds import model

if TYPE_CHECKING:
    from .._host.shapes import Inspected
    from .._kinds import documents

_ALIVE = ("running", "paused", "restarting")
#: written paths that are named
_SHOWN = 3


class Occupant(NamedTuple):
    """``value``: why it is not ours to remove; empty when it carries nothing."""

    id: str
    name: str
    whose: str
    value: str


def names(project: documents.ProjectPlace, missing: list[str]) -> dict[str, str]:
    """Service to the name that Compose is going to give its container, where that is known. Pure."""
    given = {name: _given(project, name) or f"{project['name']}-{name}-1" for name in missing}
    return {service: name for service, name in given.items() if "$" not in name}


def _given(project: documents.ProjectPlace, service: str) -> str:
    """Empty where the project itself is not known, only its place, or gives none."""
    services = cast("documents.ProjectSpec", project).get("services", {})
    return services[service].get("container_name", "") if service in services else ""


def look(project: documents.ProjectPlace, missing: list[str]) -> dict[str, Occupant]:
    """``missing``: services without a container. Service to whoever has its name."""
    found = {service: _at(name) for service, name in names(project, missing).items()}
    return {service: occupant for service, occupant in found.items() if occupant}


def refuse(found: dict[str, Occupant]) -> None:
    for occupant in found.values():
        if occupant.value:
            raise model.ConvergeError(
                f"a container that is not ours has the name {occupant.name}: {occupant.whose}; it is left alone because {occupant.value}; "
                f"save what is of use, then: docker rm -f {occupant.name}"
            )


def plan(found: dict[str, Occupant]) -> list[model.Change]:
    """Pure."""
    why = "not ours, and in the way of ours; it does not run, mounts nothing and has written nothing"
    return [
        model.Change(model.Resource("container", occupant.name), "remove", model.CORRECTIVE, {"container": [occupant.whose, None]}, why=why)
        for occupant in found.values()
    ]


def clear(found: dict[str, Occupant]) -> None:
    refuse(found)
    for occupant in found.values():
        answer = docker.delete(f"/containers/{occupant.id}")
        if answer.status not in (204, 404):
            raise model.ConvergeError(
                f"container {occupant.name} cannot be removed ({answer.text[:200].strip()}); try: docker rm -f {occupant.name}"
            )


def _at(name: str) -> Occupant | None:
    from urllib.parse import quote  # a quiet call does not get here

    answer = docker.get(f"/containers/{quote(name)}/json")
    if answer.status != 200:
        return None
    inspect = answer.json()
    return Occupant(inspect["Id"], name, whose(inspect), value(inspect, _written(inspect["Id"])))


def _written(container: str) -> list[str]:
    changes = docker.get(f"/containers/{container}/changes").json()
    return [change["Path"] for change in changes or []]


def whose(inspect: Inspected) -> str:
    """Pure."""
    labels = ", ".join(f"{key}={text}" for key, text in sorted((inspect["Config"].get("Labels") or {}).items()))
    return f"image {inspect['Config']['Image']}, {inspect['State']['Status']}, made {inspect['Created'][:19]}Z, {labels or 'no labels'}"


def value(inspect: Inspected, written: list[str]) -> str:
    """Pure."""
    if inspect["State"]["Status"] in _ALIVE:
        return f"it is {inspect['State']['Status']}"
    mounts = [mount.get("Name") or mount.get("Source", "") for mount in inspect.get("Mounts") or []]
    if mounts:
        return f"it mounts {', '.join(mounts)}"
    # parents of what was written are listed beside it
    leaves = [path for path in written if not any(other.startswith(path + "/") for other in written)]
    return f"it has written {', '.join(leaves[:_SHOWN])}{' and more' if len(leaves) > _SHOWN else ''}" if leaves else ""
