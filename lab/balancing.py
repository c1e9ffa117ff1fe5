# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m lab balancer``: the load balancer that the imitation of AWS has is there, and sends requests to hosts."""

from __future__ import annotations

import json
from ipaddress import IPv4Network
from typing import Any

import docker

from lab import base, containers, networks, preflight, probes, seeds, topology, up
from lab.cloud import authority
from lab.containers import Container
from lab.errors import LabError
from lab.progress import Progress
from lab.settings import Settings

NAME = "balancer"
#: of a VPC's range, counted from its end: where it stands there
_FROM_THE_END = 50


def start(client: docker.DockerClient, lab: Settings, progress: Progress) -> str:
    """Its address. Again: only looks, and joins networks that have come."""
    imitation = containers.find(client, lab, "aws")
    if imitation is None or imitation.status != "running":
        raise LabError(f"Lab '{lab.name}' has no imitation of AWS that runs. Run: python -m lab up --services")
    base.ensure(client, topology.folder(lab.root, "base"), progress)
    up.build(client, progress, topology.balancer_recipe(lab.root))
    machine = Container(NAME, "service", topology.BALANCER, lab.address(NAME))
    preflight.check(client, lab, [machine], [])
    with progress.step(f"service {NAME}") as step:
        container, done = containers.ensure(client, lab, machine, _files(lab))
        for network in _clouds(client, lab):
            networks.attach(network, container, _place(network), (NAME,))
        probes.wait(container, machine)
        step.result = f"{done}, {machine.address}"
    return machine.address


def _files(lab: Settings) -> dict[str, bytes]:
    """What listens over TLS shows a certificate of the lab's own authority, whatever the account has."""
    told = {"endpoint": f"http://{lab.address('aws')}:5000", "region": seeds.REGION}
    its = authority.vouched(lab, (NAME, f"*.{seeds.REGION}.elb.amazonaws.com"))
    return {"/etc/balancer/settings.json": json.dumps(told).encode(), "/etc/balancer/tls.pem": its.certificate + its.key}


def _clouds(client: docker.DockerClient, lab: Settings) -> list[Any]:
    """Networks of instances (``python -m lab ec2``)."""
    return [one for one in client.networks.list(greedy=True) if str(one.name).startswith(f"{lab.name}-vpc-")]


def _place(network: Any) -> str:
    subnet = next(one for one in networks.subnets(network.attrs) if isinstance(one, IPv4Network))
    return str(subnet.broadcast_address - _FROM_THE_END)
