# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the Docker Engine through its API: cheaper than the command line, and it cannot change anything by being asked."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

from . import http, timestamps
from .errors import ConvergeError
from .run import run

if TYPE_CHECKING:
    from .shapes import HostConfig, Inspected

SOCKET = "/run/docker.sock"
PID_FILE = "/run/docker.pid"
#: states in which a container is in its networks, so that those are there
ATTACHED = ("running", "paused")


#: what stands for itself in an address, as in urllib.parse
_ITSELF = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")


class Container(NamedTuple):
    id: str
    service: str
    image_id: str
    config_hash: str
    state: str
    health: str
    exit_code: int
    started_at: float
    restarts: int
    #: those that it is in, or would be in once started: name to id, which is empty until its first start
    networks: dict[str, str] = {}  # noqa: RUF012 - a tuple field, never mutated
    #: the network that it was made with, or a word such as ``host``
    network_mode: str = ""
    #: what it has to end by itself, once it is told to (s)
    grace: float = 10.0
    #: what ``docker update`` can change, by the name that Compose has for it; what is not limited is left out
    limits: dict[str, str] = {}  # noqa: RUF012 - a tuple field, never mutated
    #: of the process 1, 0 where it does not run
    pid: int = 0
    #: what of the host is mounted where: destination to source
    binds: dict[str, str] = {}  # noqa: RUF012 - a tuple field, never mutated
    #: all that the engine says of it
    inspected: Inspected | None = None

    @property
    def identity(self) -> str:
        return f"{self.id[:12]}@{self.started_at:.3f}"


def quote(text: str, safe: str = "/") -> str:
    """As in urllib.parse, which takes a host longer to load than to use."""
    return "".join(chr(one) if chr(one) in _ITSELF or chr(one) in safe else f"%{one:02X}" for one in text.encode())


def running(pid_file: str = PID_FILE) -> bool:
    """Asked before the socket is: with socket activation a mere connect would start the engine."""
    try:
        with open(pid_file, encoding="ascii") as handle:
            return os.path.isdir(f"/proc/{int(handle.read())}")
    except (OSError, ValueError):
        return False


def get(target: str, timeout: float = 10.0) -> http.Answer:
    return http.request("GET", f"unix://{SOCKET}:{target}", timeout)


def post(target: str, timeout: float = 60.0) -> http.Answer:
    return http.request("POST", f"unix://{SOCKET}:{target}", timeout)


def delete(target: str, timeout: float = 60.0) -> http.Answer:
    return http.request("DELETE", f"unix://{SOCKET}:{target}", timeout)


def connect(network: str, container: str, alias: str) -> bool:
    content = http.of_json({"Container": container, "EndpointConfig": {"Aliases": [alias]}})
    return http.request("POST", f"unix://{SOCKET}:/networks/{quote(network)}/connect", 10, content).status == 200


def containers(project: str) -> list[Container]:
    """The containers of one Compose project, one-off runs left out."""
    wanted = {"label": [f"com.docker.compose.project={project}", "com.docker.compose.oneoff=False"]}
    listed = get("/containers/json?all=1&filters=" + quote(json.dumps(wanted)))
    if listed.status != 200:
        raise ConvergeError(f"Docker does not answer here ({listed.status} {listed.text[:120]}); look at: systemctl status docker")
    inspected = (get(f"/containers/{entry['Id']}/json") for entry in listed.json())
    found = [parse(answer.json()) for answer in inspected if answer.status == 200]
    if all(container.state in ATTACHED for container in found):
        return found
    there = networks()
    return [container if container.state in ATTACHED else without_lost(container, there) for container in found]


def networks() -> dict[str, str]:
    """Id to name."""
    answer = get("/networks")
    if answer.status != 200:
        raise ConvergeError(f"Docker does not tell its networks ({answer.status} {answer.text[:120]}); look at: systemctl status docker")
    return {network["Id"]: network["Name"] for network in answer.json()}


def without_lost(container: Container, there: dict[str, str]) -> Container:
    """A container that does not run still names the networks it was in, whether or not they are there. Pure."""
    names = set(there.values())
    kept = {name: network for name, network in container.networks.items() if (network in there if network else name in names)}
    return container._replace(networks=kept)


def started_from() -> list[tuple[str, str, str]]:
    """Project, file and service of each container that Compose made."""
    listed = get("/containers/json?all=1&filters=" + quote(json.dumps({"label": ["com.docker.compose.project"]})))
    if listed.status != 200:
        raise ConvergeError(f"Docker does not answer here ({listed.status} {listed.text[:120]}); look at: systemctl status docker")
    named = [f"com.docker.compose.{name}" for name in ("project", "project.config_files", "service")]
    return [(of.get(named[0], ""), of.get(named[1], ""), of.get(named[2], "")) for of in (entry["Labels"] for entry in listed.json())]


def ids_of(project: str, service: str) -> list[str] | None:
    """Ids of a service's containers, running or not; None where Docker does not answer."""
    labels = [f"com.docker.compose.{name}" for name in (f"project={project}", f"service={service}", "oneoff=False")]
    listed = get("/containers/json?all=1&filters=" + quote(json.dumps({"label": labels})), 3)
    return [entry["Id"] for entry in listed.json()] if listed.status == 200 else None


def kill_all(project: str) -> None:
    """At once and without a grace period; Docker takes it for a manual stop, so that nothing comes back by itself."""
    for container in containers(project):
        if container.state not in ("exited", "created", "dead"):
            post(f"/containers/{container.id}/kill", 20)


def parse(inspect: Inspected) -> Container:
    state, labels = inspect["State"], inspect["Config"]["Labels"]
    return Container(
        id=inspect["Id"],
        service=labels.get("com.docker.compose.service", ""),
        image_id=inspect["Image"],
        config_hash=labels.get("com.docker.compose.config-hash", ""),
        state=state["Status"],
        health=(state.get("Health") or {}).get("Status", ""),
        exit_code=state.get("ExitCode", 0),
        started_at=timestamps.of_docker(state.get("StartedAt", "")),
        restarts=inspect.get("RestartCount", 0),
        networks={
            name: (end or {}).get("NetworkID", "") for name, end in (inspect.get("NetworkSettings") or {}).get("Networks", {}).items()
        },
        network_mode=(inspect.get("HostConfig") or {}).get("NetworkMode", ""),
        grace=float(inspect["Config"].get("StopTimeout") or 10),
        limits=_limits(inspect.get("HostConfig") or {}),
        pid=state.get("Pid", 0),
        binds={one["Destination"]: one["Source"] for one in inspect.get("Mounts") or [] if one.get("Type") == "bind"},
        inspected=inspect,
    )


def _limits(host: HostConfig) -> dict[str, str]:
    found = {
        "restart": (host.get("RestartPolicy") or {}).get("Name", ""),
        "mem_limit": host.get("Memory"),
        "memswap_limit": host.get("MemorySwap"),
        "mem_reservation": host.get("MemoryReservation"),
        "cpus": host.get("NanoCpus"),
        "cpu_shares": host.get("CpuShares"),
        "cpu_quota": host.get("CpuQuota"),
        "cpuset": host.get("CpusetCpus"),
        "pids_limit": host.get("PidsLimit"),
    }
    return {name: str(value) for name, value in found.items() if value}


def image_id(reference: str) -> str | None:
    """The local image's id, or None where it has not been pulled."""
    answer = get(f"/images/{quote(reference, safe='/:@')}/json")
    return answer.json()["Id"] if answer.status == 200 else None


class Offered(NamedTuple):
    """What a registry has of an image: ``said`` why nothing, or the platforms it is built for, where it says so."""

    said: str
    platforms: tuple[str, ...] = ()


def offered(reference: str) -> Offered:
    """A read: nothing is pulled."""
    answer = get(f"/distribution/{quote(reference, safe='/:@')}/json", timeout=20)
    if answer.status != 200:
        return Offered(str((answer.json() or {}).get("message", answer.text)) or "no answer")
    listed = (answer.json() or {}).get("Platforms") or []
    found = {_platform(str(one.get("os", "linux")), str(one.get("architecture", ""))) for one in listed}
    return Offered("", tuple(sorted(found - {"unknown/unknown"})))


def platform_of(reference: str) -> str:
    """Of an image that is on this host; empty where it is not."""
    answer = get(f"/images/{quote(reference, safe='/:@')}/json")
    found = (answer.json() or {}) if answer.status == 200 else {}
    return _platform(str(found.get("Os", "linux")), str(found["Architecture"])) if found.get("Architecture") else ""


def _platform(system: str, architecture: str) -> str:
    return f"{system}/{architecture}"


def log_tail(container: str) -> str:
    """The last lines of both streams."""
    return run(["docker", "logs", "--tail", "15", container], timeout=20).output
