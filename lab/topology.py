# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lab consists of, as data: images, containers, published ports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lab import base
from lab.containers import Container
from lab.images import Recipe, context_files, files_hash
from lab.settings import Settings

REGISTRY_PORT = 5077  # on 127.0.0.1: engines trust plain HTTP there without being told to
SERVICES = ("registry", "postgres", "redis", "aws", "s3")
BARE = "echodiary-lab/bare:trixie"
OLDER = f"echodiary-lab/bare:{base.OLDER}"
HOST = "echodiary-lab/host:trixie"
INSTANCE = "echodiary-lab/instance:trixie"
FRONT = "echodiary-lab/front:trixie"
BALANCER = "echodiary-lab/balancer:trixie"
POSTGRES = "echodiary-lab/postgres:trixie"
PYTHON = "echodiary-lab/python:trixie"
#: versions of ansible-core that want a newer Python than the oldest that this repository's tools run on
CORES = ("2.20", "2.21")
APPLICATION = "echodiary/echodiary"
GRAFANA = ("grafana/grafana", "12.3.1")
VICTORIA_LOGS = "victoriametrics/victoria-logs"


@dataclass(frozen=True)
class Upstream:
    """An image known by its name on Docker Hub; `folder` builds its twin from the distribution's package. `compiled`: from its source,
    which takes minutes, so that it is made for who asks for it (LAB_LOGS=1) and after all others."""

    name: str
    tag: str
    folder: str | None
    compiled: bool = False

    @property
    def reference(self) -> str:
        return f"{self.name}:{self.tag}"


# The tag is the version Debian has: the same where it is pulled and where it is built.
UPSTREAM = (
    Upstream("prom/prometheus", "v2.53.3", "prometheus"),
    Upstream("prom/alertmanager", "v0.28.1", "alertmanager"),
    Upstream("prometheuscommunity/postgres-exporter", "v0.17.1", "postgres-exporter"),
    # Only the major version: that is what a dump and its server have to agree on.
    Upstream("library/postgres", "17", "postgres-client"),
    Upstream("oliver006/redis_exporter", "v1.69.0", "redis-exporter"),
    Upstream("prom/blackbox-exporter", "v0.26.0", "blackbox-exporter"),
    Upstream("library/nginx", "1.26", "nginx"),
    Upstream(*GRAFANA, None),
    Upstream(VICTORIA_LOGS, "v1.12.0-victorialogs", "victoria-logs", compiled=True),
)


def folder(root: Path, name: str) -> Path:
    return root / "lab" / "images" / name


def service_recipe(root: Path, name: str) -> Recipe:
    if name == "aws":
        return Recipe(name, f"echodiary-lab/{name}:trixie", folder(root, name), PYTHON, extra=strict_files(root))
    if name == "s3":
        return Recipe(name, f"echodiary-lab/{name}:trixie", folder(root, name), PYTHON)
    return Recipe(name, f"echodiary-lab/{name}:trixie", folder(root, name), base.reference())


def strict_files(root: Path) -> dict[str, bytes]:
    """The package ``lab.strict`` as the image of AWS's stand-in has it: as ``strict``."""
    return {f"strict/{name}": path.read_bytes() for name, path in context_files(root / "lab" / "strict").items()}


def host_recipes(root: Path) -> list[Recipe]:
    """In the order in which they stand on each other."""
    return [
        Recipe("bare", BARE, folder(root, "bare"), base.reference()),
        Recipe("host", HOST, folder(root, "host"), BARE),
    ]


def instance_recipes(root: Path) -> list[Recipe]:
    return [*host_recipes(root), Recipe("instance", INSTANCE, folder(root, "instance"), HOST)]


def front_recipe(root: Path) -> Recipe:
    """What answers under names of AWS."""
    return Recipe("front", FRONT, folder(root, "front"), base.reference())


def balancer_recipe(root: Path) -> Recipe:
    """What stands before hosts as the imitation of AWS says."""
    program = {f"balancer/{name}": path.read_bytes() for name, path in context_files(root / "lab" / "balancer").items()}
    return Recipe("balancer", BALANCER, folder(root, "balancer"), base.reference(), extra=program)


def controller_recipe(root: Path, core: str) -> Recipe:
    """Where a given ansible-core runs."""
    return Recipe(f"controller-{core}", controller_image(core), folder(root, "controller"), PYTHON, {"CORE": core})


def controller_image(core: str) -> str:
    return f"echodiary-lab/controller:{core}"


def older_recipe(root: Path) -> Recipe:
    """A server with Debian 12: what a host of that age is tested with, and nothing of the lab itself."""
    return Recipe(f"bare-{base.OLDER}", OLDER, folder(root, "bare"), base.reference(base.OLDER))


def older_haproxy_recipe(root: Path) -> Recipe:
    return Recipe(
        "haproxy-older", f"echodiary-lab/haproxy:{base.OLDER}", folder(root, "haproxy-older"), base.reference(), {"SUITE": base.OLDER}
    )


def restic_recipe(root: Path) -> Recipe:
    """A host with what role backup installs, for tests of its program."""
    return Recipe("restic", "echodiary-lab/restic:trixie", folder(root, "restic"), HOST)


def application_recipe(root: Path) -> Recipe | None:
    """EchoDiary's own image; None as long as the repository has no Dockerfile for it."""
    context = root / "app"
    if not (context / "Dockerfile").exists():
        return None
    version = application_version(context)
    return Recipe("echodiary", "echodiary-lab/echodiary:trixie", context, PYTHON, {"APP_VERSION": version})


def application_version(context: Path) -> str:
    """Named after its content: the same code is the same version, whatever else was committed."""
    return f"0.0.0-dev.{files_hash(context_files(context))[:8]}"


def services(lab: Settings) -> list[Container]:
    def service(name: str, **more: object) -> Container:
        return Container(name, "service", f"echodiary-lab/{name}:trixie", lab.address(name), **more)  # type: ignore[arg-type]

    return [
        service(
            "registry",
            ports=((lab.port(REGISTRY_PORT), 5000),),
            volumes=((lab.container("registry"), "/var/lib/docker-registry"),),
        ),
        service(
            "postgres",
            volumes=((lab.container("postgres"), "/var/lib/postgresql/data"),),
            shared_memory="256m",
        ),
        service("redis"),
        service("aws"),
        service("s3", volumes=((lab.container("s3"), "/var/lib/seaweedfs"),)),
    ]


def hosts(lab: Settings) -> list[Container]:
    """Application hosts and the monitoring host. The first two edges are reachable from a browser on any machine."""
    published = {"app1": ((lab.port(8080), 80),), "app2": ((lab.port(8081), 80),)}
    application = [Container(name, "host", HOST, lab.address(name), ports=published.get(name, ())) for name in lab.app_names]
    monitoring = tuple((lab.port(port), port) for port in (9090, 9093, 3000))
    return [*application, Container("mon1", "host", HOST, lab.address("mon1"), ports=monitoring)]


def volumes(lab: Settings) -> list[str]:
    return [name for container in services(lab) for name, _ in container.volumes]
