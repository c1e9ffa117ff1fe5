# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's own bridge network."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

import docker
from docker.errors import APIError
from docker.types import IPAMConfig, IPAMPool

from lab import labels
from lab.settings import Settings


def ensure(client: docker.DockerClient, lab: Settings) -> str:
    """Makes the network exist (preflight has seen to it that it can); returns what was made, if anything.

    Of IPv4 alone where the engine can do no more: that is tried, since nothing says it beforehand."""
    try:
        return f"created, {lab.subnet} and {lab.subnet6}" if make(client, lab, lab.name, lab.subnet, lab.subnet6) else ""
    except APIError as error:
        made = make(client, lab, lab.name, lab.subnet)
        return f"created, {lab.subnet}, without IPv6 ({error.explanation})" if made else ""


def make(client: docker.DockerClient, lab: Settings, name: str, subnet: IPv4Network, further: IPv6Network | None = None) -> bool:
    if any(network.name == name for network in client.networks.list(names=[name])):
        return False
    pools = [IPAMPool(subnet=str(one), gateway=str(one.network_address + 1)) for one in (subnet, further) if one]
    config = IPAMConfig(pool_configs=pools)
    client.networks.create(name, driver="bridge", ipam=config, enable_ipv6=further is not None, labels=labels.of(lab))
    return True


def subnets(attributes: dict[str, Any]) -> list[IPv4Network | IPv6Network]:
    """Of a Docker network, as `docker network inspect` shows it."""
    configurations = (attributes.get("IPAM") or {}).get("Config") or []
    return [ip_network(entry["Subnet"]) for entry in configurations if entry.get("Subnet")]


def has_ipv6(client: docker.DockerClient, lab: Settings) -> bool:
    """One that was made before, or by another engine, stays as it is."""
    return any(lab.subnet6 in subnets(one.attrs) for one in client.networks.list(names=[lab.name]) if one.name == lab.name)


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
