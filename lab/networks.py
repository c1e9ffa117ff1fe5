# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's own bridge network."""

from __future__ import annotations

import docker
from docker.types import IPAMConfig, IPAMPool

from lab import labels
from lab.settings import Settings


def ensure(client: docker.DockerClient, lab: Settings) -> bool:
    """Makes the network exist (preflight has seen to it that it can); returns whether it had to be made."""
    if any(network.name == lab.name for network in client.networks.list(names=[lab.name])):
        return False
    pool = IPAMPool(subnet=str(lab.subnet), gateway=lab.gateway)
    client.networks.create(lab.name, driver="bridge", ipam=IPAMConfig(pool_configs=[pool]), labels=labels.of(lab))
    return True


def remove(client: docker.DockerClient, lab: Settings) -> int:
    """Removes the lab's networks; they must be empty. Returns how many there were."""
    networks = client.networks.list(filters=labels.filters(lab))
    for network in networks:
        network.remove()
    return len(networks)
