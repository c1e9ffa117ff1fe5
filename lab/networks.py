# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's own bridge network."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import Any

import docker
from docker.types import IPAMConfig, IPAMPool

from lab import labels
from lab.settings import Settings


def ensure(client: docker.DockerClient, lab: Settings) -> bool:
    """Makes the network exist (preflight has seen to it that it can); returns whether it had to be made."""
    return make(client, lab, lab.name, lab.subnet)


def make(client: docker.DockerClient, lab: Settings, name: str, subnet: IPv4Network) -> bool:
    if any(network.name == name for network in client.networks.list(names=[name])):
        return False
    pool = IPAMPool(subnet=str(subnet), gateway=str(subnet.network_address + 1))
    client.networks.create(name, driver="bridge", ipam=IPAMConfig(pool_configs=[pool]), labels=labels.of(lab))
    return True


def attach(network: Any, container: Any, address: str, aliases: Iterable[str]) -> bool:
    """Makes the container answer in the network at the address under these names; returns whether it did not."""
    wanted = sorted(aliases)
    has = container.attrs["NetworkSettings"]["Networks"].get(network.name)
    if has and (has.get("IPAMConfig") or {}).get("IPv4Address") == address and set(wanted) <= set(has.get("Aliases") or ()):
        return False
    if has:
        network.disconnect(container)
    network.connect(container, ipv4_address=address, aliases=wanted)
    container.reload()
    return True


def remove(client: docker.DockerClient, lab: Settings) -> int:
    """Removes the lab's networks; they must be empty. Returns how many there were."""
    networks = client.networks.list(filters=labels.filters(lab))
    for network in networks:
        network.remove()
    return len(networks)
