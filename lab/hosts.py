# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts: how one is made, waited for and removed. `up`, molecule and tests all come through here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from typing import Any

import docker

from lab import alias, base, containers, keys, labels, networks, preflight, probes, topology
from lab.containers import Container
from lab.errors import LabError
from lab.progress import Progress
from lab.settings import FIRST_EXTRA, LAST_EXTRA, Settings

#: the image without Docker, of Debian 12
OLDER = f"bare-{base.OLDER}"


def ensure(
    client: docker.DockerClient, lab: Settings, host: Container, progress: Progress, files: Mapping[str, bytes] | None = None
) -> Any:
    """Makes a host run and answer. One that has just booted is waited for until it has nothing left to start.

    ``files``: what it has before it boots, where that is something else than the lab's keys."""
    with progress.step(f"host {host.member}") as step:
        container, done = containers.ensure(client, lab, host, keys.host_files(lab, host.member) if files is None else files)
        probes.wait(container, host)
        failed = [] if done == "running" else probes.wait_until_booted(container, host.kind)
        step.result = f"{done}, {host.address}" + (f", failed units: {' '.join(u.split()[0] for u in failed)}" if failed else "")
        return container


def create(client: docker.DockerClient, lab: Settings, name: str, image: str, progress: Progress) -> Container:
    """A host of its own, outside the lab's groups: high address, nothing published. Idempotent by name."""
    _check_name(name)
    preflight.check(client, lab, [Container(name, "extra", image, "")], [])
    networks.ensure(client, lab)
    present = containers.find(client, lab, name)
    host = Container(name, "extra", image, address_for(client, lab, present))
    ensure(client, lab, host, progress)
    refresh_known_hosts(client, lab)
    return host


def destroy(client: docker.DockerClient, lab: Settings, name: str) -> bool:
    """Removes one extra host; the last thing of a lab that leaves takes the network along."""
    container = containers.find(client, lab, name)
    if container is None:
        return False
    if not labels.mine(lab, container.labels) or container.labels.get(labels.KIND) != "extra":
        raise LabError(f"Container '{container.name}' was not made by 'lab host create': it is left alone.")
    containers.remove(container)
    shutil.rmtree(lab.state / "host_keys" / name, ignore_errors=True)
    if not containers.of_lab(client, lab):
        networks.remove(client, lab)
    refresh_known_hosts(client, lab)
    return True


def running(client: docker.DockerClient, lab: Settings) -> dict[str, str]:
    """Short name -> address of every host of this lab."""
    return {
        container.labels[labels.MEMBER]: _address(container, lab)
        for container in containers.of_lab(client, lab)
        if container.labels.get(labels.KIND) in ("host", "extra", "instance")
    }


def refresh_known_hosts(client: docker.DockerClient, lab: Settings) -> None:
    keys.write_known_hosts(lab, running(client, lab))
    alias.link(lab)


def surplus(present: Iterable[Any], wanted: Iterable[str]) -> list[Any]:
    """Hosts of the lab proper (not the extra ones) that the settings no longer ask for."""
    names = set(wanted)
    return [c for c in present if c.labels.get(labels.KIND) == "host" and c.labels.get(labels.MEMBER) not in names]


def free_address(lab: Settings, taken: set[str]) -> str:
    for octet in range(FIRST_EXTRA, LAST_EXTRA + 1):
        if lab.at(octet) not in taken:
            return lab.at(octet)
    raise LabError(f"All {LAST_EXTRA - FIRST_EXTRA + 1} addresses for single hosts are taken. Remove some: lab host destroy NAME")


def login(lab: Settings, host: Container) -> dict[str, Any]:
    """How to reach a host, in molecule's words."""
    return {
        "instance": host.member,
        "address": host.address,
        "user": "admin",
        "port": 22,
        "identity_file": str(keys.user_key(lab)),
    }


def ssh(client: docker.DockerClient, lab: Settings, name: str, command: list[str]) -> None:
    """Becomes ssh; does not return."""
    where = running(client, lab).get(name)
    if where is None:
        raise LabError(f"Lab '{lab.name}' has no host '{name}'. See: python -m lab hosts")
    options = [
        "-i",
        str(keys.user_key(lab)),
        "-o",
        f"UserKnownHostsFile={keys.known_hosts_file(lab)}",
        "-o",
        "LogLevel=ERROR",
    ]
    arguments = ["ssh", *options, "-o", "StrictHostKeyChecking=yes", f"admin@{where}", *command]
    os.execvp("ssh", arguments)  # noqa: S606 no shell is wanted


def image_reference(name: str) -> str:
    return {"bare": topology.BARE, "host": topology.HOST, OLDER: topology.OLDER}[name]


def address_for(client: docker.DockerClient, lab: Settings, present: Any | None) -> str:
    """The one that a single container has, or a free one."""
    return _address(present, lab) if present is not None else free_address(lab, _addresses(client, lab))


def _addresses(client: docker.DockerClient, lab: Settings) -> set[str]:
    return {_address(container, lab) for container in containers.of_lab(client, lab)}


def _address(container: Any, lab: Settings) -> str:
    """The address the container was given; it keeps it while it is stopped. An instance is in a network of its own."""
    has = container.attrs["NetworkSettings"]["Networks"]
    endpoint: dict[str, Any] = has.get(lab.name) or next(iter(has.values()), {})
    return str((endpoint.get("IPAMConfig") or {}).get("IPv4Address") or endpoint.get("IPAddress") or "")


def _check_name(name: str) -> None:
    if not name.replace("-", "").isalnum() or not name.isascii() or name.startswith("-") or len(name) > 40:
        raise LabError(f"'{name}' is no usable host name: letters, digits and '-', at most 40.")
