# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that is looked at on the host before a plan is made. Reading changes nothing, not even by connecting."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from . import compose, desired, docker, globs, model, occupied, paths, processes, sysctl, units, users
from .host import Host


class Reading(NamedTuple):
    paths: dict[str, paths.Live]
    users: dict[str, dict[str, Any] | None]
    sysctl: dict[str, dict[str, str | None]]
    packages: dict[str, str]
    units: dict[str, units.Unit]
    #: None: Docker cannot be asked (stopped, or not installed yet)
    services: dict[str, list[docker.Container]] | None
    images: dict[str, str | None]
    #: somebody else's containers under the names of services that have none
    occupied: dict[str, occupied.Occupant] = {}  # noqa: RUF012 - a tuple field, never mutated


def read(spec: dict[str, Any], want: desired.Desired, state: dict[str, Any], host: Host) -> Reading:
    observed = {path: paths.observe(path, host.key if path in want.sensitive else None) for path in want.values}
    for name in state["resources"]:
        kind, _, path = name.partition(":")
        if kind == "path" and path not in observed and path not in host.claimed:
            was_sensitive = str(state["resources"][name].get("content", "")).startswith("hmac:")
            observed[path] = paths.observe(path, host.key if was_sensitive else None)
    services, images = _compose(spec, host)
    missing = [name for name in spec["compose"]["services"] if not services.get(name)] if spec["compose"] and services is not None else []
    return Reading(
        paths=observed,
        users={user["name"]: users.observe(user["name"]) for user in spec["users"]},
        sysctl=sysctl.observe(list(spec["sysctl"])),
        packages=host.packages(),
        units={name: host.units().get(name, units.MISSING) for name in spec["units"]},
        services=services,
        images=images,
        occupied=occupied.look(spec["compose"], missing) if missing else {},
    )


def _compose(spec: dict[str, Any], host: Host) -> tuple[dict[str, list[docker.Container]] | None, dict[str, str | None]]:
    project = spec["compose"]
    if not project:
        return {}, {}
    if docker.running():
        known = host.containers.pop(project["name"], None)
        return compose.read(project) if known is None else known, compose.images(project)
    if not host.check:
        raise model.ConvergeError("Docker does not run on this host; start it (systemctl start docker) or converge component docker first")
    return None, {service["image"]: None for service in project["services"].values()}


def consumers(spec: dict[str, Any], want: desired.Desired, reading: Reading) -> list[processes.Consumer]:
    """The running processes of a component and the declared files each of them reads."""
    found = [_unit_consumer(name, unit_spec, want, reading) for name, unit_spec in spec["units"].items()]
    project = spec["compose"]
    for name, service in (project or {"services": {}})["services"].items():
        found.append(_service_consumer(name, service, want, reading))
    return found


def _unit_consumer(name: str, spec: dict[str, Any], want: desired.Desired, reading: Reading) -> processes.Consumer:
    unit = reading.units[name]
    own = [f"/etc/systemd/system/{name}", f"/etc/systemd/system/{name}.d/**"]
    files = _files([*spec["consumes"], *own], want, reading)
    alive = unit.active in units.RUNNING and not unit.oneshot
    identity = unit.identity if alive else ""
    digest = want.digest(list(files))
    return processes.Consumer(name, "unit", identity, unit.started_at, files, digest, frozenset(), _binary_replaced(unit.pid))


def _service_consumer(name: str, spec: dict[str, Any], want: desired.Desired, reading: Reading) -> processes.Consumer:
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
    )


def _files(patterns: list[str], want: desired.Desired, reading: Reading) -> dict[str, float]:
    """Declared files that match, with their modification times as found (0 when absent)."""
    return {path: reading.paths[path].mtime for path in want.files if globs.matches_any(path, patterns)}


def _binary_replaced(pid: int) -> bool:
    """After an upgrade the old program lives on until its process is restarted: the link of its binary then says so."""
    try:
        return bool(pid) and os.readlink(f"/proc/{pid}/exe").endswith(" (deleted)")
    except OSError:
        return False
