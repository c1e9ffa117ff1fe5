# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that is looked at on the host before a plan is made. Reading changes nothing, not even by connecting."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

from .._host import docker, globs, mounted
from .._kinds import begun, compose, definitions, kinds, model, paths, processes, units
from . import occupied

if TYPE_CHECKING:
    from .._kinds import documents, remembered
    from . import desired
    from .host import Host

NO_DOCKER = "Docker does not run on this host; start it (systemctl start docker) or converge component docker first"


class Reading(NamedTuple):
    paths: dict[str, paths.Live]
    kinds: kinds.Seen
    #: None: Docker cannot be asked (stopped, or not installed yet)
    services: dict[str, list[docker.Container]] | None
    images: dict[str, str | None]
    #: somebody else's containers under the names of services that have none
    occupied: dict[str, occupied.Occupant] = {}  # noqa: RUF012 - a tuple field, never mutated
    #: what was applied, is not declared any more, and is somebody else's now
    taken: frozenset[str] = frozenset()
    #: projects that were applied and are not declared any more
    left: tuple[compose.Left, ...] = ()
    #: what the declared units are made of
    definitions: Mapping[str, definitions.Definition] = {}
    #: of the host's fingerprints
    key: bytes = b""

    @property
    def units(self) -> Mapping[str, units.Unit]:
        return self.kinds.get(units.NAME, {})


def read(spec: documents.ComponentSpec, want: desired.Desired, state: remembered.Record, host: Host) -> Reading:
    services, images = _compose(spec, host)
    project = spec["compose"]
    missing = [name for name in project["services"] if not services.get(name)] if project and services is not None else []
    dropped = _dropped(spec, state)
    among = kinds.concerned(spec, state["resources"], kinds.KINDS)
    seen = {kind.NAME: host.look(kind, [*kinds.names(spec, kind), *dropped.get(kind.NAME, [])]) for kind in among}
    return Reading(
        paths=_paths(want, state, host),
        kinds=seen,
        services=services,
        images=images,
        occupied=occupied.look(project, missing) if project and missing else {},
        taken=frozenset(host.claimed | host.elsewhere(spec["name"])) if dropped else frozenset(),
        left=_left(state, host) if state["services"] and not project else (),
        definitions=_definitions(spec, want, state, host, seen[units.NAME]) if spec["units"] else {},
        key=host.key,
    )


def _definitions(
    spec: documents.ComponentSpec, want: desired.Desired, state: remembered.Record, host: Host, seen: Mapping[str, units.Unit]
) -> dict[str, definitions.Definition]:
    declared = {name: unit for name, unit in seen.items() if name in spec["units"]}

    elsewhere: set[str] = set()

    def ours(path: str) -> bool:
        if path in want.values or path in host.claimed or f"path:{path}" in state["resources"]:
            return True
        # all that follows is asked for what nobody of this run declares, which is hardly ever there
        elsewhere.update(elsewhere or {"", *host.elsewhere(spec["name"])})
        return f"path:{path}" in elsewhere

    return definitions.observe(declared, ours, host.lets_be, state.get("defined", {}))


def _paths(want: desired.Desired, state: remembered.Record, host: Host) -> dict[str, paths.Live]:
    observed = {path: paths.observe(path, host.key if path in want.sensitive else None) for path in want.values}
    for path in want.initial:
        # whatever is in it by now, it counts as what it began with
        live = observed[path]
        if live.value and live.value["kind"] == "file":
            observed[path] = live._replace(value={**live.value, "content": want.values[path]["content"]})
    for name, value in state["resources"].items():
        kind, path = model.Resource.parse(name)
        if kind == "path" and path not in observed and path not in host.claimed:
            was_sensitive = str(cast("remembered.PathValue", value).get("content", "")).startswith("hmac:")
            observed[path] = paths.observe(path, host.key if was_sensitive else None)
    return observed


def _dropped(spec: documents.ComponentSpec, state: remembered.Record) -> dict[str, list[str]]:
    """Kind -> names that were applied and are not declared any more."""
    found: dict[str, list[str]] = {}
    declared = kinds.values(spec)
    for kind, name in map(model.Resource.parse, state["resources"].keys() - declared.keys()):
        if kind != "path":
            found.setdefault(kind, []).append(name)
    return found


def _left(state: remembered.Record, host: Host) -> tuple[compose.Left, ...]:
    files = {name for kind, name in map(model.Resource.parse, state["resources"]) if kind == "path"} - host.claimed
    if docker.running():
        return compose.left(files)
    if host.check:
        return (compose.Left("", "", tuple(state["services"])),)
    raise model.ConvergeError(NO_DOCKER)


def _compose(spec: documents.ComponentSpec, host: Host) -> tuple[dict[str, list[docker.Container]] | None, dict[str, str | None]]:
    project = spec["compose"]
    if not project:
        return {}, {}
    if docker.running():
        known = host.containers.pop(project["name"], None)
        return compose.read(project) if known is None else known, compose.images(project)
    if not host.check:
        raise model.ConvergeError(NO_DOCKER)
    return None, {service["image"]: None for service in project["services"].values()}


def consumers(spec: documents.ComponentSpec, want: desired.Desired, reading: Reading) -> list[processes.Consumer]:
    """The running processes of a component and the declared files each of them reads."""
    found = [_unit_consumer(name, unit_spec, want, reading) for name, unit_spec in spec["units"].items()]
    project = spec["compose"]
    for name, service in (project or {"services": {}})["services"].items():
        found.append(_service_consumer(name, service, want, reading))
    return found


def _unit_consumer(name: str, spec: documents.UnitSpec, want: desired.Desired, reading: Reading) -> processes.Consumer:
    unit = reading.units.get(name, units.MISSING)
    own = [f"/etc/systemd/system/{name}", f"/etc/systemd/system/{name}.d/**"]
    files = _files([*spec["consumes"], *own], want, reading)
    # a oneshot that is active stays so when it is done (RemainAfterExit): what it has read is what it was done with
    stays = not unit.oneshot or (unit.active == "active" and bool(spec["consumes"]))
    alive = unit.active in units.RUNNING and stays and spec.get("state") != "stopped"
    identity = unit.identity if alive else ""
    digest = want.digest(list(files))
    definition = reading.definitions.get(name) if name.endswith(definitions.STARTED) else None
    return processes.Consumer(
        name,
        "unit",
        identity,
        unit.started_at,
        files,
        digest,
        frozenset(),
        _binary_replaced(unit.pid),
        _changes(files, want, reading),
        begun.word(unit.pid, identity) if identity and unit.pid else "",
        definition or definitions.Definition(),
    )


def _service_consumer(name: str, spec: documents.ServiceSpec, want: desired.Desired, reading: Reading) -> processes.Consumer:
    live = (reading.services or {}).get(name, [])
    files = _files(spec["consumes"], want, reading)
    container = live[0] if live and live[0].state == "running" and not spec["oneshot"] else None
    return processes.Consumer(
        name,
        "service",
        container.identity if container else "",
        container.started_at if container else 0.0,
        files,
        want.digest(list(files)),
        frozenset(spec["rebound"]),
        _mount_replaced(container) if container else "",
        _changes(files, want, reading),
    )


def _mount_replaced(container: docker.Container) -> str:
    """A container keeps what was there when it started: a directory that was removed and made again is another one."""
    lost = next((path for path, source in container.binds.items() if mounted.elsewhere(container.pid, path, source)), "")
    return f"what it has at {lost} is not what is at {container.binds[lost]} any more" if lost else ""


def _files(patterns: list[str], want: desired.Desired, reading: Reading) -> dict[str, float]:
    """Declared files that match, with their modification times as found (0 when absent)."""
    return {path: reading.paths[path].mtime for path in want.files if globs.matches_any(path, patterns)}


def _changes(files: dict[str, float], want: desired.Desired, reading: Reading) -> dict[str, float]:
    """Of files that are as declared: what differs tells for itself, and what is somebody else's to fill changes all the time."""
    found = {path: reading.paths[path] for path in files if path not in want.initial}
    return {path: live.changed for path, live in found.items() if live.value == want.values[path]}


def _binary_replaced(pid: int) -> str:
    """After an upgrade the old program lives on until its process is restarted: the link of its binary then says so."""
    try:
        gone = bool(pid) and os.readlink(f"/proc/{pid}/exe").endswith(" (deleted)")
    except OSError:
        return ""
    return "runs from a binary that was replaced" if gone else ""
