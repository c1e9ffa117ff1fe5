# SPDX-License-Identifier: GPL-3.0-or-later
"""`lab up`: make everything exist and answer. Running it again only looks."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
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
    object_store,
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
from lab.task_pool import TaskPool
from lab.topology import Upstream


@dataclass(frozen=True)
class Images:
    """Builds that have begun; each ends with an image's id. `host` is None where no host is wanted."""

    host: Future[str] | None
    services: dict[str, Future[str]]
    to_push: dict[Upstream, Future[str]]


class Up:
    """One run of `up`: every part starts as soon as what it needs is there."""

    def __init__(self, client: docker.DockerClient, lab: Settings, progress: Progress, pool: TaskPool) -> None:
        self.client, self.lab, self.progress, self.pool = client, lab, progress, pool
        self.secrets = keys.lab_secrets(lab)
        keys.user_key(lab)  # before several threads want it

    def prepare(self) -> None:
        # The network first: it shows other labs that somebody uses the shared images.
        with self.progress.step("network") as step:
            step.result = networks.ensure(self.client, self.lab)
        base.ensure(self.client, topology.folder(self.lab.root, "base"), self.progress)
        _ensure_volumes(self.client, self.lab)

    def images(self, *, for_hosts: bool) -> Images:
        """Begins to build every image; what stands on another waits for it."""
        host = self.pool.build(self._build, None, *topology.host_recipes(self.lab.root)) if for_hosts else None
        python = self.pool.build(self._build, None, self._recipe("python"))
        needs = {"aws": python, "s3": python}
        members = [service.member for service in topology.services(self.lab)]
        services = {member: self.pool.build(self._build, needs.get(member), self._recipe(member)) for member in members}
        return Images(host, services, self._images_to_push(python))

    def instance_images(self, made: Images) -> None:
        """Of instances of the imitation of AWS, which only ``ec2`` makes hosts of."""
        self.pool.build(self._build, made.host, topology.instance_recipes(self.lab.root)[-1])
        self.pool.build(self._build, None, topology.front_recipe(self.lab.root))
        self.pool.build(self._build, None, topology.balancer_recipe(self.lab.root))

    def run(self, machines: list[Container]) -> dict[str, str]:
        """Everything at once; returns what the registry serves (upstream name -> full reference)."""
        made = self.images(for_hosts=bool(machines))
        running = {s.member: self.pool.start(self._service, made.services[s.member], s) for s in topology.services(self.lab)}
        self.pool.start(self._seed_database, running["postgres"])
        self.pool.start(self._seed_aws, running["aws"])
        self.pool.start(self._seed_s3, running["s3"])
        for machine in machines:
            self.pool.start(self._host, made.host, machine)
        pushed = {image: self.pool.start(self._push, running["registry"], image, built) for image, built in made.to_push.items()}
        self.pool.finish()
        return {image.name: reference for image, future in pushed.items() if (reference := future.result())}

    def _images_to_push(self, python: Future[str]) -> dict[Upstream, Future[str]]:
        """The exporters' images share their first stage: one builder makes them in turn."""
        images_to_push: dict[Upstream, Future[str]] = {}
        application = topology.application_recipe(self.lab.root)
        if application is not None:
            named = Upstream(topology.APPLICATION, application.arguments["APP_VERSION"], None)
            images_to_push[named] = self.pool.build(self._build, python, application)
        before: Future[str] | None = None
        for image in topology.UPSTREAM:
            if self._wants(image):
                before = images_to_push[image] = self.pool.build(self._upstream, image, before)
        return images_to_push

    def _wants(self, image: Upstream) -> bool:
        """What takes minutes to compile is there for who asked for it, or where somebody did before."""
        return not image.compiled or self.lab.logs or is_made(self.client, self.lab, image)

    def _recipe(self, name: str) -> Recipe:
        return topology.service_recipe(self.lab.root, name)

    def _build(self, before: Future[str] | None, *recipes: Recipe) -> str:
        if before is not None:
            before.result()
        return build(self.client, self.progress, *recipes)

    def _upstream(self, image: Upstream, before: Future[str] | None) -> str:
        if before is not None:
            before.result()
        return upstream(self.client, self.lab, image, self.progress)

    def _service(self, built: Future[str], service: Container) -> Any:
        built.result()
        with self.progress.step(f"service {service.member}") as step:
            container, done = containers.ensure(self.client, self.lab, service, self._files(service))
            probes.wait(container, service)
            step.result = f"{done}, {service.address}"
            return container

    def _host(self, built: Future[str] | None, machine: Container) -> None:
        if built is not None:
            built.result()
        hosts.ensure(self.client, self.lab, machine, self.progress)

    def _seed_database(self, postgres: Future[Any]) -> None:
        container = postgres.result()
        with self.progress.step("seed postgres") as step:
            seeds.database(container, self.secrets)
            step.result = "administrator and database present"

    def _seed_aws(self, aws: Future[Any]) -> None:
        aws.result()
        with self.progress.step("seed aws") as step:
            done = seeds.aws(f"http://{self.lab.address('aws')}:5000", self.lab, self.secrets)
            step.result = f"secrets and parameters {done}"

    def _files(self, service: Container) -> dict[str, bytes]:
        """What a service knows before it starts."""
        return object_store.files(object_store.keys_of(self.secrets)) if service.member == "s3" else {}

    def _seed_s3(self, s3: Future[Any]) -> None:
        s3.result()
        with self.progress.step("seed s3") as step:
            done = object_store.seed(self.lab.address("s3"), object_store.keys_of(self.secrets))
            step.result = f"bucket for backups {done}"

    def _push(self, running: Future[Any], image: Upstream, built: Future[str]) -> str:
        identifier = built.result()
        running.result()
        if not identifier:
            return ""
        with self.progress.step(f"push {image.name.split('/')[-1]}") as step:
            digest = registry.digest_of(self.lab.address("registry"), image.name, image.tag, identifier)
            if digest is None:
                port = self.lab.port(topology.REGISTRY_PORT)
                digest = registry.push(self.client, port, identifier, image.name, image.tag)
                step.result = image.tag
            return reference(self.lab, image, digest)


def up(client: docker.DockerClient, lab: Settings, progress: Progress, *, services_only: bool = False) -> None:
    """Brings the lab up, all of it or its services only, and writes what others need to use it."""
    machines = [] if services_only else topology.hosts(lab)
    preflight.check(client, lab, [*topology.services(lab), *machines], topology.volumes(lab))
    with TaskPool() as pool:
        this = Up(client, lab, progress, pool)
        this.prepare()
        served = this.run(machines)
    if machines:
        _shrink(client, lab, machines, progress)
        inventory.write_hosts(lab, ipv6=networks.has_ipv6(client, lab))
    inventory.write_variables(lab, served)
    hosts.refresh_known_hosts(client, lab)


def make_images(client: docker.DockerClient, lab: Settings, progress: Progress) -> None:
    """Every image and nothing else: most of what a first `up` takes, and it disturbs nobody's lab."""
    base.ensure(client, topology.folder(lab.root, "base"), progress)
    with TaskPool() as pool:
        this = Up(client, lab, progress, pool)
        this.instance_images(this.images(for_hosts=True))
        pool.finish()
    # After all others, which more people wait for.
    for image in topology.UPSTREAM:
        if image.compiled:
            upstream(client, lab, image, progress)


def build_host_images(client: docker.DockerClient, lab: Settings, progress: Progress, image: str = "host") -> None:
    """Those that ``image`` of a host needs."""
    older = image == hosts.OLDER
    base.ensure(client, topology.folder(lab.root, "base"), progress, base.OLDER if older else base.SUITE)
    build(client, progress, *([topology.older_recipe(lab.root)] if older else topology.host_recipes(lab.root)))


def build(client: docker.DockerClient, progress: Progress, *recipes: Recipe) -> str:
    """Builds recipes that stand on each other, where they are missing or old; returns the id of the last."""
    identifier = ""
    for recipe in recipes:
        with locks.machine_wide(f"image-{recipe.name}"), progress.step(f"image {recipe.name}") as step:
            identifier, new = images.ensure(client, recipe)
            step.result = "built" if new else ""
    return identifier


def upstream(client: docker.DockerClient, lab: Settings, image: Upstream, progress: Progress) -> str:
    """Upstream's image when it is here or a registry answers; else its twin; else nothing, and a line that says so."""
    present = images.find(client, image.reference)
    if present is not None:
        return str(present.id)
    recipe = None if image.folder is None else topology.service_recipe(lab.root, image.folder)
    if recipe is not None and images.find(client, recipe.tag) is not None:
        return build(client, progress, recipe)
    with progress.step(f"image {image.name}") as step:
        pulled = base.pull(client, image.name, image.tag)
        step.result = f"pulled {image.tag}" if pulled else ""
    if not pulled and recipe is not None:
        return build(client, progress, recipe)
    if not pulled:
        progress.say(f"image {image.name}", "no registry answers, no package has it: going on without")
    return pulled


def is_made(client: docker.DockerClient, lab: Settings, image: Upstream) -> bool:
    """Is it, or its twin, on this machine?"""
    twin = "" if image.folder is None else topology.service_recipe(lab.root, image.folder).tag
    return any(name and images.find(client, name) is not None for name in (image.reference, twin))


def reference(lab: Settings, image: Upstream, digest: str) -> str:
    """Docker Hub's names go through the hosts' registry mirror; our own image names its registry."""
    prefix = f"{lab.address('registry')}:5000/" if image.name == topology.APPLICATION else ""
    return f"{prefix}{image.name}@{digest}"


def _ensure_volumes(client: docker.DockerClient, lab: Settings) -> None:
    present = {volume.name for volume in client.volumes.list(filters=labels.filters(lab))}
    for name in topology.volumes(lab):
        if name not in present:
            client.volumes.create(name, labels=labels.of(lab))


def _shrink(client: docker.DockerClient, lab: Settings, machines: list[Container], progress: Progress) -> None:
    for container in hosts.surplus(containers.of_lab(client, lab), [machine.member for machine in machines]):
        with progress.step(f"host {container.labels[labels.MEMBER]}") as step:
            containers.remove(container)
            step.result = "removed (LAB_APP_HOSTS asks for fewer)"
