# SPDX-License-Identifier: GPL-3.0-or-later
"""A Compose project: what its containers are, against what its file says.

Compose labels each container with a hash of its service's configuration. The record keeps that label beside the digest of the
definition it came from, so a check needs neither ``docker compose config`` nor ``--dry-run`` (which is known to act).
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from .._host import docker, inspected, registry
from .._host.run import TIMED_OUT, must, run, tail
from . import model

if TYPE_CHECKING:
    from .._host.run import Ran
    from . import documents, remembered

#: longer than any reasonable grace period (s)
STOP_TIMEOUT = 180
CRASHES = 3
CRASH_WINDOW = 10.0
#: states of a container that does nothing, and will not by itself
RESTING = ("created", "exited", "dead")
#: what is done about a service that makes its container anew
RENEWING = ("create", "update")


class Last(NamedTuple):
    """A service as it was applied, and the key of the fingerprints in it."""

    service: remembered.AppliedService | None
    key: bytes


class Left(NamedTuple):
    """A project that is not declared any more: its name, its file, and the services that still have containers."""

    name: str
    file: str
    services: tuple[str, ...]


def left(files: set[str]) -> tuple[Left, ...]:
    """The projects that were started from one of these files; no record names them."""
    found: dict[tuple[str, str], set[str]] = {}
    for project, file, service in docker.started_from():
        if file in files:
            found.setdefault((project, file), set()).add(service)
    return tuple(Left(*place, tuple(sorted(services))) for place, services in sorted(found.items()))


def plan_left(projects: tuple[Left, ...]) -> list[model.Change]:
    """Pure."""
    return [
        model.Change(model.Resource("service", service), "remove", why="no longer declared")
        for project in projects
        for service in project.services
    ]


def leave(project: Left) -> None:
    """Containers and networks go; volumes stay, they may hold data. Compose finds them by their labels: the file may be gone."""
    must(["docker", "compose", "--progress", "plain", "-p", project.name, "down", "--remove-orphans"], timeout=STOP_TIMEOUT)


def come_back(project: Left) -> None:
    """What ``leave`` took away, from the file that is there again."""
    _up({"name": project.name, "file": project.file}, "-d")


def read(project: documents.ProjectPlace) -> dict[str, list[docker.Container]]:
    """Containers by service; two of one service happen when somebody scaled by hand."""
    found: dict[str, list[docker.Container]] = {}
    for container in docker.containers(project["name"]):
        found.setdefault(container.service, []).append(container)
    return found


def images(project: documents.ProjectSpec) -> dict[str, str | None]:
    references = {service["image"] for service in project["services"].values()}
    return {reference: docker.image_id(reference) for reference in sorted(references)}


def plan(
    project: documents.ProjectSpec,
    live: dict[str, list[docker.Container]],
    image_ids: dict[str, str | None],
    last: dict[str, remembered.AppliedService],
    key: bytes = b"",
) -> list[model.Change]:
    """``last``: service -> what was recorded when we applied it; ``key``: of the host's fingerprints."""
    changes = [model.Change(model.Resource("image", ref), "pull", model.PENDING) for ref, found in image_ids.items() if found is None]
    for name, service in project["services"].items():
        found = _plan_service(name, service, live.get(name, []), image_ids[service["image"]], Last(last.get(name), key))
        renews = any(change.action in RENEWING for change in found)
        changes += found if renews else _plan_networks(project, name, live) or found
    for name in sorted(set(live) - set(project["services"])):
        origin = model.PENDING if name in last else model.CORRECTIVE
        changes.append(model.Change(model.Resource("service", name), "remove", origin, why="not in the Compose file"))
    return changes


def networks_of(project: documents.ProjectSpec, service: str) -> list[str] | None:
    """The networks a service's container is to be in; None where they are not the project's to say (``network_mode``)."""
    wanted = project["services"][service].get("networks")
    return None if wanted is None else sorted(name or f"{project['name']}_{key}" for key, name in wanted.items())


def astray(project: documents.ProjectSpec, live: dict[str, list[docker.Container]]) -> list[str]:
    """Services with a container that is not in the project's networks, or no longer: Compose itself would not see that."""
    found = []
    for name in project["services"]:
        wanted = networks_of(project, name)
        if wanted is not None and any(sorted(one.networks) != wanted for one in live.get(name, []) if not _is_over(project, name, one)):
            found.append(name)
    return found


def _is_over(project: documents.ProjectSpec, service: str, container: docker.Container) -> bool:
    """What ran once and ended needs no network any more."""
    return bool(project["services"][service].get("oneshot")) and container.state == "exited"


def _plan_networks(project: documents.ProjectSpec, name: str, live: dict[str, list[docker.Container]]) -> list[model.Change]:
    if name not in astray({**project, "services": {name: project["services"][name]}}, live):
        return []
    fields = {"networks": [sorted(live[name][0].networks), networks_of(project, name)]}
    return [
        model.Change(
            model.Resource("service", name), "update", model.CORRECTIVE, fields, why="not in the networks that the Compose file says"
        )
    ]


def _plan_service(
    name: str, service: documents.ServiceSpec, live: list[docker.Container], image_id: str | None, applied: Last
) -> list[model.Change]:
    resource, last = model.Resource("service", name), applied.service
    same_as_applied = last is not None and last["digest"] == service["digest"]
    touched_origin = model.PENDING if last is None else model.CORRECTIVE if same_as_applied else model.CONFLICT
    if not live:
        return [model.Change(resource, "create", touched_origin, {"container": [None, service["image"]]})]
    container = live[0]
    if len(live) > 1:
        return [model.Change(resource, "update", touched_origin, {"containers": [len(live), 1]})]
    if container.image_id != image_id:
        origin = _image_origin(container, image_id, last, same_as_applied)
        return [model.Change(resource, "update", origin, {"image": [container.image_id[:19], service["image"]]})]
    if last is None or not same_as_applied:
        moved = last is not None and container.config_hash != last["config_hash"]
        origin = model.CONFLICT if moved else model.PENDING
        return [model.Change(resource, "update", origin, why="definition or environment changed")]
    if other := made_otherwise(container, last, applied.key):
        return [model.Change(resource, "update", model.CORRECTIVE, other, why="altered since it was made, or made by somebody else")]
    if container.config_hash != last["config_hash"]:
        fields = {"config_hash": [container.config_hash[:12], last["config_hash"][:12]]}
        return [model.Change(resource, "update", model.CORRECTIVE, fields, why="made from another definition")]
    return _plan_state(resource, service, container)


def _altered(container: docker.Container, last: remembered.AppliedService | None) -> dict[str, list[model.Json]]:
    """Limits of a container can be changed while it runs, and its definition would not tell; nor does a record of an earlier version."""
    made = last.get("limits") if last else None
    if made is None or container.limits == made:
        return {}
    names = [name for name in {**made, **container.limits} if container.limits.get(name) != made.get(name)]
    return {name: [container.limits.get(name), made.get(name)] for name in names}


def made_otherwise(container: docker.Container, last: remembered.AppliedService | None, key: bytes) -> dict[str, list[model.Json]]:
    """Labels can be copied; what a container was made with cannot. A record of an earlier version does not say what that was."""
    was = last.get("made") if last else None
    limits = _altered(container, last)
    if was is None or container.inspected is None:
        return limits
    return {**limits, **inspected.differences(inspected.made(container.inspected, key), was)}


def _image_origin(container: docker.Container, image_id: str | None, last: remembered.AppliedService | None, same: bool) -> str:
    if last is None:
        return model.PENDING
    if container.image_id == last.get("image_id"):
        return model.PENDING
    return model.CORRECTIVE if same else model.CONFLICT


def _plan_state(resource: model.Resource, service: documents.ServiceSpec, container: docker.Container) -> list[model.Change]:
    if service.get("held"):
        fields = {"state": [container.state, "held"]}
        return [] if container.state in RESTING else [model.Change(resource, "stop", model.CORRECTIVE, fields)]
    if service["oneshot"]:
        if (container.state == "exited" and container.exit_code == 0) or container.state == "running":
            return []
        return [model.Change(resource, "start", model.CORRECTIVE, {"exit_code": [container.exit_code, 0]})]
    if container.state in ("running", "restarting"):
        return []
    action = "unpause" if container.state == "paused" else "start"
    return [model.Change(resource, action, model.CORRECTIVE, {"state": [container.state, "running"]})]


def health(project: documents.ProjectSpec, live: dict[str, list[docker.Container]]) -> dict[str, str]:
    return {name: _health(service, live.get(name, [])) for name, service in project["services"].items()}


def _health(service: documents.ServiceSpec, live: list[docker.Container]) -> str:
    if not live:
        return "Missing"
    container = live[0]
    if service.get("held"):
        return "Healthy"
    if service["oneshot"] and container.state == "exited":
        return "Healthy" if container.exit_code == 0 else "Degraded"
    return health_of(container)


def health_of(container: docker.Container) -> str:
    """Of one that is to run."""
    if container.state != "running" or crash_looping(container):
        return "Degraded"
    return {"starting": "Progressing", "unhealthy": "Degraded"}.get(container.health, "Healthy")


def crash_looping(container: docker.Container) -> bool:
    """Running at this moment, but started again several times and only just now."""
    return container.restarts >= CRASHES and time.time() - container.started_at < CRASH_WINDOW


def command(project: documents.ProjectPlace, *words: str) -> list[str]:
    return ["docker", "compose", "--progress", "plain", "-p", project["name"], "-f", project["file"], *words]


def pull(references: list[str]) -> None:
    """Before anything is touched: an image that cannot be had must not cost a running container."""
    for reference in references:
        done = run(["docker", "pull", "-q", reference], timeout=600)
        if done.code != 0:
            raise model.ConvergeError(f"nothing was touched: {registry.refusal(reference, _why(done))}")


def _why(done: Ran) -> str:
    return done.output.splitlines()[0] if done.code == TIMED_OUT else tail(done.output, 1)


def up(project: documents.ProjectSpec, live: dict[str, list[docker.Container]], altered: Sequence[str] = ()) -> None:
    """``live``: as they were found; ``altered``: services whose containers somebody changed, of which Compose itself would not know."""
    for container in (container for several in live.values() for container in several if container.state == "paused"):
        docker.post(f"/containers/{container.id}/unpause")
    renewed = list(dict.fromkeys([*astray(project, live), *altered]))
    held = [name for name, service in project["services"].items() if service.get("held")]
    for how, names in _apart(renewed, held) if renewed else ():
        # a container keeps the networks it was made with, and Compose starts it as it is
        must([*command(project, "up", how, "--force-recreate", "--no-deps", "--no-build", "--pull", "never"), *names], timeout=300)
    for how, names in _apart(list(project["services"]), held):
        _up(project, how, names=names if held else [])


def altered(changes: Sequence[model.Change]) -> list[str]:
    """Services that somebody changed, if not only git did. Pure."""
    return [one.name for one in changes if one.resource.kind == "service" and one.action == "update" and one.origin != model.PENDING]


def recreate(project: documents.ProjectPlace, services: list[str], held: list[str]) -> None:
    """New containers from the files that are there, running but for those that are ``held``."""
    for how, names in _apart(services, held):
        _up(project, how, "--force-recreate", names=names if held else [])


def _apart(services: list[str], held: list[str]) -> list[tuple[str, list[str]]]:
    """How Compose is to bring up which of these. Pure."""
    found = [("-d", [name for name in services if name not in held]), ("--no-start", [name for name in services if name in held])]
    return [(how, names) for how, names in found if names]


def create(project: documents.ProjectPlace, *how: str) -> None:
    """Containers as the file has them, none of them running: what rests in a slot until a rollback needs it."""
    stop(project)
    _up(project, "--no-start", *how)


def create_anew(project: documents.ProjectPlace) -> None:
    """The same with new containers, in networks that are there."""
    create(project, "--force-recreate")


def _up(project: documents.ProjectPlace, *how: str, names: Sequence[str] = ()) -> None:
    """All services, where none are named."""
    must([*command(project, "up", *how, "--remove-orphans", "--no-build", "--pull", "never"), *names], timeout=300)


def stop(project: documents.ProjectPlace) -> None:
    """Each container has its own grace period; what is stopped does not come back with the engine."""
    for several in read(project).values():
        for container in several:
            end(container)


def end(container: docker.Container) -> None:
    if container.state == "paused":
        docker.post(f"/containers/{container.id}/unpause")
    _tell(container, "stop", max(STOP_TIMEOUT, container.grace + 30))


def down(project: documents.ProjectPlace) -> None:
    """Takes back a first installation; volumes stay, they may hold data."""
    run(command(project, "down", "--remove-orphans"), timeout=120)


def start(container: docker.Container) -> None:
    _tell(container, "unpause" if container.state == "paused" else "start", 90)


def restart(container: docker.Container) -> None:
    _tell(container, "restart", 90)


def _tell(container: docker.Container, verb: str, timeout: float) -> None:
    answer = docker.post(f"/containers/{container.id}/{verb}", timeout=timeout)
    if answer.status >= 400 or answer.status == 0:
        raise model.ConvergeError(f"container of {container.service} does not {verb}: {answer.text[:200]}")


def kill(container: docker.Container, name: str) -> None:
    """Straight to the container's process: Docker takes any kill, a SIGHUP too, for a manual stop (moby#41302).

    A container with ``restart: unless-stopped`` would then not come back with the engine, after a reboot say.
    """
    import signal  # only who kills pays for it

    state = (docker.get(f"/containers/{container.id}/json").json() or {}).get("State", {})
    try:
        if not state.get("Pid"):
            raise ProcessLookupError("it does not run")
        os.kill(state["Pid"], signal.Signals[name])
    except (OSError, KeyError) as error:
        raise model.ConvergeError(f"container of {container.service} takes no {name}: {error}") from error


def record(
    project: documents.ProjectSpec, live: dict[str, list[docker.Container]], key: bytes = b""
) -> dict[str, remembered.AppliedService]:
    """What the state file keeps of each service."""
    kept: dict[str, remembered.AppliedService] = {}
    for name, service in project["services"].items():
        if live.get(name):
            container = live[name][0]
            kept[name] = {
                "digest": service["digest"],
                "config_hash": container.config_hash,
                "image_id": container.image_id,
                "limits": container.limits,
            }
            wanted = networks_of(project, name)
            if wanted is not None:
                kept[name]["networks"] = wanted
            if container.inspected is not None:
                kept[name]["made"] = inspected.made(container.inspected, key)
    return kept
