# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m lab ec2``: what the imitation says that there is, and nothing else, is there."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import docker

from lab import base, containers, hosts, labels, networks, preflight, probes, topology, up
from lab.cloud import account, front, machines, stores
from lab.cloud.account import Account, Database, Instance
from lab.cloud.machines import Machine
from lab.errors import LabError
from lab.progress import Progress
from lab.settings import Settings
from lab.task_pool import TaskPool

MADE = ("instance", "database")


def sync(client: docker.DockerClient, lab: Settings, progress: Progress) -> Account:
    """Makes and removes; again: only looks."""
    _imitation_runs(client, lab)
    seen = account.read(f"http://{lab.address('aws')}:5000")
    _remove_others(client, lab, seen, progress)
    if seen.networks:
        _images(client, lab, progress)
        _front(client, lab, seen, progress)
        with TaskPool() as pool:
            for database in seen.databases:
                pool.start(_database, client, lab, seen, database, progress)
            for instance in seen.instances:
                pool.start(_instance, client, lab, seen, instance, progress)
            pool.finish()
    hosts.refresh_known_hosts(client, lab)
    return seen


def _imitation_runs(client: docker.DockerClient, lab: Settings) -> None:
    found = containers.find(client, lab, "aws")
    if found is None or found.status != "running":
        raise LabError(f"Lab '{lab.name}' has no imitation of AWS that runs. Run: python -m lab up --services")


def _images(client: docker.DockerClient, lab: Settings, progress: Progress) -> None:
    base.ensure(client, topology.folder(lab.root, "base"), progress)
    up.build(client, progress, *topology.instance_recipes(lab.root))
    up.build(client, progress, topology.front_recipe(lab.root))


def docker_network(lab: Settings, network: str) -> str:
    """Docker's name of a VPC."""
    return f"{lab.name}-{network}"


def _front(client: docker.DockerClient, lab: Settings, seen: Account, progress: Progress) -> None:
    """It answers in every network, at the end of its range: there are the addresses of a zone that hardly anybody has."""
    machine = front.machine(lab, seen.names)
    preflight.check(client, lab, [machine], [])
    for network, subnet in seen.networks.items():
        _network(client, lab, docker_network(lab, network), subnet, progress)
    with progress.step("names of AWS") as step:
        container, done = containers.ensure(client, lab, machine, front.files(lab, seen.names))
        probes.wait(container, machine)
        for network in seen.networks:
            there = client.networks.get(docker_network(lab, network))
            if networks.attach(there, container, _front_address(seen, network), (*seen.names, front.HUB)):
                done = "created"
        step.result = "" if done == "running" else f"{len(seen.names)} are answered for"


def _front_address(seen: Account, network: str) -> str:
    return str(seen.networks[network].broadcast_address - 1)


def _network(client: docker.DockerClient, lab: Settings, name: str, subnet: IPv4Network, progress: Progress) -> None:
    preflight.check_subnet(client, lab, name, subnet, "Declare another network.cidr for the lab's environment.")
    with progress.step("VPC") as step:
        step.result = f"network {subnet} created" if networks.make(client, lab, name, subnet) else ""


def _database(client: docker.DockerClient, lab: Settings, seen: Account, one: Database, progress: Progress) -> None:
    with progress.step(f"rds {one.name}") as step:
        number = [other.name for other in seen.databases if other.network == one.network].index(one.name)
        address = str(seen.networks[one.network].broadcast_address - 2 - number)
        machine = stores.machine(one, docker_network(lab, one.network), address)
        container, done = containers.ensure(client, lab, machine, stores.files(lab, one))
        probes.wait(container, machine)
        if done == "created":
            stores.make(container, one)
        stores.keep(container, one)
        step.result = "" if done == "running" else f"{done}, {address}"


def _instance(client: docker.DockerClient, lab: Settings, seen: Account, one: Instance, progress: Progress) -> None:
    machine = machines.machine(one, docker_network(lab, one.network))
    present = containers.find(client, lab, machine.member)
    _check_name(lab, machine, present)
    if one.running and _is_up(client, machine, present):
        return
    if one.running:
        hosts.ensure(client, lab, machine, progress, machines.files(lab, one, _front_address(seen, one.network)))
    elif present is not None and present.status == "running":
        with progress.step(f"host {machine.member}") as step:
            present.stop(timeout=20)
            step.result = "stopped"


def _is_up(client: docker.DockerClient, machine: Machine, present: Any | None) -> bool:
    if present is None or present.status != "running":
        return False
    image = str(client.images.get(machine.image).id)
    return bool(present.labels.get(labels.SPEC) == containers.spec_hash(machine, image))


def _check_name(lab: Settings, machine: Machine, present: Any | None) -> None:
    if present is not None and present.labels.get(labels.KIND) != machine.kind:
        raise LabError(
            f"Lab '{lab.name}' has a host '{machine.member}' of its own. Choose another LAB_NAME, with python -m lab up --services alone."
        )


def _remove_others(client: docker.DockerClient, lab: Settings, seen: Account, progress: Progress) -> None:
    """Hosts, databases and networks that the imitation no longer knows."""
    wanted = {machines.member(one) for one in seen.instances} | {f"rds-{one.name}" for one in seen.databases}
    for container in containers.of_lab(client, lab):
        member = container.labels.get(labels.MEMBER, "")
        if container.labels.get(labels.KIND) in MADE and member not in wanted:
            containers.remove(container)
            progress.say(member, "removed: AWS has none")
    known = {docker_network(lab, network) for network in seen.networks}
    for network in client.networks.list(filters=labels.filters(lab), greedy=True):
        if str(network.name).startswith(f"{lab.name}-vpc-") and network.name not in known:
            for container in network.containers:
                network.disconnect(container)
            network.remove()
            progress.say("VPC", "network removed")
