# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that would make `up` fail half way is found before anything is created, and said in one line."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import docker

from lab import containers, labels, networks
from lab.containers import Container
from lab.errors import LabError
from lab.settings import Settings


def check(client: docker.DockerClient, lab: Settings, wanted: Iterable[Container], volumes: Iterable[str]) -> None:
    """Raises LabError for the first thing that somebody else has taken."""
    wanted = list(wanted)
    everything = client.containers.list(all=True, ignore_removed=True)
    _same_checkout(lab, everything)
    _container_names(lab, everything, wanted)
    _volume_names(client, lab, volumes)
    check_network(client, lab)
    _ports(lab, everything, wanted)


def check_network(client: docker.DockerClient, lab: Settings) -> None:
    check_subnet(client, lab, lab.name, lab.subnet, "Set LAB_SUBNET to a free /24.")


def check_subnet(client: docker.DockerClient, lab: Settings, name: str, subnet: IPv4Network, advice: str) -> None:
    there = client.networks.list()
    for network in there:
        if network.name != name:
            continue
        if not labels.mine(lab, network.attrs.get("Labels")):
            raise LabError(f"Docker network '{name}' is somebody else's. Choose another LAB_NAME, or remove it.")
        if subnet not in subnets(network.attrs):
            has = ", ".join(str(one) for one in subnets(network.attrs))
            raise LabError(f"Lab '{lab.name}' runs on {has}, not on {subnet}. Run 'python -m lab down' first.")
        return
    for network in there:
        for taken in subnets(network.attrs):
            if taken.overlaps(subnet):
                raise LabError(f"Subnet {subnet} is taken by Docker network '{network.name}' ({taken}). {advice}")
    route = overlapping_route(subnet, Path("/proc/net/route").read_text(encoding="ascii"))
    if route:
        raise LabError(f"Subnet {subnet} overlaps this machine's route {route}. {advice}")


def subnets(attributes: dict[str, Any]) -> list[IPv4Network]:
    """The IPv4 networks of a Docker network."""
    return [one for one in networks.subnets(attributes) if isinstance(one, IPv4Network)]


def overlapping_route(subnet: IPv4Network, table: str) -> str | None:
    """The route of /proc/net/route that the subnet would shadow; default routes do not count."""
    for line in table.splitlines()[1:]:
        fields = line.split()
        destination, mask = (int.from_bytes(bytes.fromhex(fields[index]), "little") for index in (1, 7))
        network = IPv4Network((destination, mask.bit_count()))
        if network.prefixlen and network.overlaps(subnet):
            return f"{network} on {fields[0]}"
    return None


def published_ports(container: Any) -> set[int]:
    bindings = (container.attrs.get("NetworkSettings") or {}).get("Ports") or {}
    return {int(entry["HostPort"]) for entries in bindings.values() for entry in entries or []}


def _same_checkout(lab: Settings, everything: Iterable[Any]) -> None:
    for container in everything:
        home = container.labels.get(labels.HOME)
        if container.labels.get(labels.LAB) == lab.name and home != str(lab.state):
            there = "there" if home and Path(home).exists() else "here (that checkout is gone)"
            raise LabError(
                f"Lab '{lab.name}' belongs to another checkout ({home}). Run 'python -m lab down' {there}, or choose another LAB_NAME."
            )


def _container_names(lab: Settings, everything: Iterable[Any], wanted: Iterable[Container]) -> None:
    names = {lab.container(container.member) for container in wanted}
    for container in everything:
        if container.name in names and not labels.mine(lab, container.labels):
            raise LabError(
                f"Container '{container.name}' is somebody else's (image {_image(container)}). Choose another LAB_NAME, or remove it."
            )


def _volume_names(client: docker.DockerClient, lab: Settings, names: Iterable[str]) -> None:
    wanted = set(names)
    for volume in client.volumes.list():
        if volume.name in wanted and not labels.mine(lab, volume.attrs.get("Labels")):
            raise LabError(f"Volume '{volume.name}' is somebody else's. Choose another LAB_NAME, or remove it.")


def _ports(lab: Settings, everything: Iterable[Any], wanted: Iterable[Container]) -> None:
    ours: set[int] = set()
    theirs: dict[int, str] = {}
    for container in everything:
        if container.status != "running":
            continue
        ports = published_ports(container)
        if labels.mine(lab, container.labels):
            ours |= ports
        else:
            theirs |= dict.fromkeys(ports, container.name)
    for container in wanted:
        for port, inside in container.ports:
            if port in ours or _free(port):
                continue
            holder = f"container '{theirs[port]}'" if port in theirs else "another program on this machine"
            raise LabError(
                f"Port 127.0.0.1:{port} (wanted for {container.member}:{inside}) is taken by {holder}. "
                f"Stop it, or shift all ports of the lab: LAB_PORT_OFFSET=1000."
            )


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return True  # a low port this user may not bind: the engine may
        except OSError:
            return False
    return True


def _image(container: Any) -> str:
    return str(container.attrs.get("Config", {}).get("Image") or "unknown")


def owned_members(client: docker.DockerClient, lab: Settings) -> dict[str, Any]:
    """Short name -> container, for everything of this lab that exists."""
    return {container.labels.get(labels.MEMBER, container.name): container for container in containers.of_lab(client, lab)}
