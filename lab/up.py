# SPDX-License-Identifier: GPL-3.0-or-later
"""`lab up`: make everything exist and answer. Running it again only looks."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import docker

from lab import (
    base,
    containers,
    hosts,
    images,
    inventory,
    keys,
    labels,
    locks,
    networks,
    preflight,
    probes,
    registry,
    seeds,
    topology,
)
from lab.containers import Container
from lab.images import Recipe
from lab.progress import Progress
from lab.settings import Settings
from lab.topology import Upstream

BUILDERS = 2  # images at a time: unpacking packages is work for a processor
STARTERS = 8  # containers at a time: mostly waiting


def up(
    client: docker.DockerClient, lab: Settings, progress: Progress, *, services_only: bool = False
) -> dict[str, str]:
    """Brings the lab up; returns what the registry serves (upstream name -> full reference)."""
    services = topology.services(lab)
    machines = [] if services_only else topology.hosts(lab)
    preflight.check(client, lab, [*services, *machines], topology.volumes(lab))
    secrets = keys.lab_secrets(lab)
    built = build_images(client, lab, progress)
    with progress.step("network") as step:
        step.result = f"{'created' if networks.ensure(client, lab) else 'present'}, {lab.subnet}"
    _volumes(client, lab)
    served = _start(client, lab, progress, services, machines, secrets, built)
    if not services_only:
        _shrink(client, lab, machines, progress)
        inventory.write(lab, served)
    hosts.refresh_known_hosts(client, lab)
    return served


def build_host_images(client: docker.DockerClient, lab: Settings, progress: Progress) -> None:
    base.ensure(client, topology.folder(lab.root, "base"), progress)
    _build(client, topology.host_recipes(lab.root), progress)


def build_images(client: docker.DockerClient, lab: Settings, progress: Progress) -> dict[Upstream, str]:
    """Every image, built or pulled where it is missing or old. Returns what is to be pushed, with image ids."""
    base.ensure(client, topology.folder(lab.root, "base"), progress)
    with ThreadPoolExecutor(BUILDERS) as pool:
        chains = [pool.submit(_build, client, topology.host_recipes(lab.root), progress)]
        chains += [
            pool.submit(_build, client, [topology.service_recipe(lab.root, name)], progress)
            for name in topology.SERVICES
        ]
        pushed = {image: pool.submit(_upstream, client, lab, image, progress) for image in topology.UPSTREAM}
        application = topology.application_recipe(lab.root)
        if application is not None:
            version = application.tag.split(":")[1]
            named = Upstream(topology.APPLICATION, version, None)
            pushed[named] = pool.submit(_build, client, [application], progress)
        for chain in chains:
            chain.result()
        results = {image: future.result() for image, future in pushed.items()}
    return {image: identifier for image, identifier in results.items() if identifier}


def _build(client: docker.DockerClient, recipes: list[Recipe], progress: Progress) -> str:
    """Builds recipes that stand on each other; returns the id of the last."""
    identifier = ""
    for recipe in recipes:
        start = time.monotonic()
        with locks.machine_wide(f"image-{recipe.name}"):
            identifier, new = images.ensure(client, recipe)
        if new:
            progress.say(f"image {recipe.name}", "built", time.monotonic() - start)
    return identifier


def _upstream(client: docker.DockerClient, lab: Settings, image: Upstream, progress: Progress) -> str:
    """Upstream's image when it is here or a registry answers; else its twin; else nothing, and a line that says so."""
    present = images.find(client, image.reference)
    if present is not None:
        return str(present.id)
    recipe = None if image.folder is None else topology.service_recipe(lab.root, image.folder)
    if recipe is not None and images.find(client, recipe.tag) is not None:
        return _build(client, [recipe], progress)
    if base.hub_answers(image.reference):
        with progress.step(f"image {image.name}") as step:
            pulled = client.images.pull(image.name, tag=image.tag)
            step.result = f"pulled {image.tag}"
            return str(pulled.id)
    if recipe is not None:
        return _build(client, [recipe], progress)
    progress.say(f"image {image.name}", "no registry answers and no package has it: the lab goes on without")
    return ""


def _volumes(client: docker.DockerClient, lab: Settings) -> None:
    present = {volume.name for volume in client.volumes.list(filters=labels.filters(lab))}
    for name in topology.volumes(lab):
        if name not in present:
            client.volumes.create(name, labels=labels.of(lab))


def _start(
    client: docker.DockerClient,
    lab: Settings,
    progress: Progress,
    services: list[Container],
    machines: list[Container],
    secrets: dict[str, str],
    built: dict[Upstream, str],
) -> dict[str, str]:
    """Starts all containers at once; what needs a service (pushes, seeds) follows as soon as that one answers."""
    keys.user_key(lab)  # before several threads want it
    with ThreadPoolExecutor(STARTERS) as pool:
        running = {service.member: pool.submit(_service, client, lab, service, progress) for service in services}
        booting = [pool.submit(hosts.ensure, client, lab, machine, progress) for machine in machines]
        database = pool.submit(_seed_database, running["postgres"], secrets, progress)
        cloud = pool.submit(_seed_aws, running["aws"], lab, secrets, progress)
        served = _push_all(client, lab, progress, running["registry"], built)
        for future in [*running.values(), *booting, database, cloud]:
            future.result()
    return served


def _service(client: docker.DockerClient, lab: Settings, service: Container, progress: Progress) -> Any:
    with progress.step(f"service {service.member}") as step:
        container, done = containers.ensure(client, lab, service, {})
        probes.wait(container, service)
        step.result = f"{done}, {service.address}"
        return container


def _seed_database(postgres: Future[Any], secrets: dict[str, str], progress: Progress) -> None:
    container = postgres.result()
    with progress.step("seed postgres") as step:
        seeds.database(container, secrets)
        step.result = "roles and database present"


def _seed_aws(aws: Future[Any], lab: Settings, secrets: dict[str, str], progress: Progress) -> None:
    aws.result()
    with progress.step("seed aws") as step:
        done = seeds.aws(f"http://{lab.address('aws')}:5000", lab, secrets)
        step.result = f"secrets and parameters {done}"


def _push_all(
    client: docker.DockerClient, lab: Settings, progress: Progress, running: Future[Any], built: dict[Upstream, str]
) -> dict[str, str]:
    running.result()
    served = {}
    for image, identifier in built.items():
        start = time.monotonic()
        digest = registry.digest_of(lab.address("registry"), image.name, image.tag, identifier)
        if digest is None:
            digest = registry.push(client, lab.port(topology.REGISTRY_PORT), identifier, image.name, image.tag)
            progress.say(f"push {image.name}", image.tag, time.monotonic() - start)
        served[image.name] = reference(lab, image, digest)
    return served


def reference(lab: Settings, image: Upstream, digest: str) -> str:
    """Docker Hub's names go through the hosts' registry mirror; our own image names its registry."""
    prefix = f"{lab.address('registry')}:5000/" if image.name == topology.APPLICATION else ""
    return f"{prefix}{image.name}@{digest}"


def _shrink(client: docker.DockerClient, lab: Settings, machines: list[Container], progress: Progress) -> None:
    for container in hosts.surplus(containers.of_lab(client, lab), [machine.member for machine in machines]):
        with progress.step(f"host {container.labels[labels.MEMBER]}") as step:
            containers.remove(container)
            step.result = "removed (LAB_APP_HOSTS asks for fewer)"
