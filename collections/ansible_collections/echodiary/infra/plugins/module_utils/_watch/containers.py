# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers that no component declared, by what they could do: somebody's experiment, or somebody else's foothold."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .._host import docker
from .._kinds import model
from .shapes import Finding, Known

NAME = "containers"
FILE, PROJECT = "com.docker.compose.project.config_files", "com.docker.compose.project"
#: of what deploys, migrations and validators start for a while
OURS = ("echodiary.infra", "echodiary.validate", "echodiary.job")
#: for how long they may (s)
LONGEST = 6 * 3600.0


class Stranger(NamedTuple):
    """``powers``: what it could do beyond what any container can."""

    name: str
    image: str
    state: str
    powers: tuple[str, ...] = ()


class Seen(NamedTuple):
    strangers: tuple[Stranger, ...] = ()


def observe(known: Known) -> Seen:
    if not docker.running():
        return Seen()
    listed = docker.get("/containers/json?all=1")
    entries = [entry for entry in listed.json() or () if listed.status == 200 and not _is_declared(entry["Labels"], known)]
    ours = _networks(known) if entries else frozenset()
    found = (docker.get(f"/containers/{entry['Id']}/json") for entry in entries if not _is_passing(entry))
    return Seen(tuple(_stranger(answer.json(), ours) for answer in found if answer.status == 200))


def _is_declared(labels: Mapping[str, str], known: Known) -> bool:
    """Compose names the files that it made a container from; whether that is still what they say is another's question."""
    files = labels.get(FILE, "").split(",")
    return any(file in known.paths for file in files)


def _is_passing(entry: Any) -> bool:
    return any(label in entry["Labels"] for label in OURS) and time.time() - entry["Created"] < LONGEST


def _networks(known: Known) -> frozenset[str]:
    """Those of declared projects."""
    answer = docker.get("/networks")
    listed = answer.json() if answer.status == 200 else []
    return frozenset(one["Name"] for one in listed if (one.get("Labels") or {}).get(PROJECT))


def _stranger(inspect: Any, ours: frozenset[str]) -> Stranger:
    powers = tuple(_powers(inspect, ours))
    return Stranger(inspect["Name"].lstrip("/"), inspect["Config"]["Image"], inspect["State"]["Status"], powers)


def _powers(inspect: Any, ours: frozenset[str]) -> Iterator[str]:
    host = inspect.get("HostConfig") or {}
    if host.get("Privileged"):
        yield "privileged"
    if host.get("CapAdd"):
        yield f"capabilities {', '.join(host['CapAdd'])}"
    for mode in ("NetworkMode", "PidMode", "IpcMode"):
        if host.get(mode) == "host":
            yield f"{mode[:-4].lower()} of the host"
    for mount in inspect.get("Mounts") or []:
        if mount.get("Type") == "bind":
            yield f"{mount['Source']} of the host{' (read-only)' if not mount.get('RW', True) else ''}"
    yield from (f"in network {name}" for name in (inspect.get("NetworkSettings") or {}).get("Networks") or {} if name in ours)
    yield from (f"publishes {port}" for port in _published(inspect))


def _published(inspect: Any) -> list[str]:
    bindings = (inspect.get("HostConfig") or {}).get("PortBindings") or {}
    return [f"{one.get('HostIp') or '*'}:{one.get('HostPort') or port}" for port, several in bindings.items() for one in several or ()]


def plan(seen: Seen, known: Known) -> Iterator[Finding]:
    for one in seen.strangers:
        powers = f" ({'; '.join(one.powers)})" if one.powers else ""
        why = f"nobody declared it: {one.image}, {one.state}{powers}"
        yield Finding(model.Resource("container", one.name), why, heal=("docker", "rm", "--force", one.name))
