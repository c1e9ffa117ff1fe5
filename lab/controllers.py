# SPDX-License-Identifier: GPL-3.0-or-later
"""Controllers: containers in the lab's network from which one types ansible-playbook, each with an ansible-core of its own."""

from __future__ import annotations

import docker

from lab import base, containers, hosts, networks, preflight, topology, up
from lab.containers import Container
from lab.progress import Progress
from lab.settings import Settings


def create(client: docker.DockerClient, lab: Settings, core: str, progress: Progress) -> str:
    """The container's name. It holds nothing but the tools: whoever uses it brings a directory along."""
    base.ensure(client, topology.folder(lab.root, "base"), progress)
    up.build(client, progress, topology.service_recipe(lab.root, "python"), topology.controller_recipe(lab.root, core))
    member = f"controller-{core.replace('.', '-')}"
    present = containers.find(client, lab, member)
    address = hosts.address_for(client, lab, present)
    machine = Container(member, "controller", topology.controller_image(core), address)
    preflight.check(client, lab, [machine], [])
    networks.ensure(client, lab)
    with progress.step(f"controller {core}") as step:
        step.result = f"{containers.ensure(client, lab, machine, {})[1]}, {address}"
    return lab.container(member)
