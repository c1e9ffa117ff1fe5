# SPDX-License-Identifier: GPL-3.0-or-later
"""A container as data, and how it comes to be: created again only when that data (or its image) has changed."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import docker
from docker.errors import APIError, NotFound

from lab import labels, networks
from lab.errors import LabError
from lab.settings import Settings

# systemd and an inner Docker need every capability but SYS_RESOURCE, which nested virtual machines tend to lack.
SYSTEMD_SECURITY = ["seccomp=unconfined", "apparmor=unconfined"]
CGROUP_V1 = "systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"


@dataclass(frozen=True)
class Container:
    """One container of a lab. `ports` are (port on 127.0.0.1, port inside); `volumes` are (name, path)."""

    member: str
    kind: str  # service | host | extra | controller | instance | database
    image: str
    address: str
    ports: tuple[tuple[int, int], ...] = ()
    volumes: tuple[tuple[str, str], ...] = ()
    shared_memory: str | None = None

    @property
    def is_host(self) -> bool:
        return self.kind in ("host", "extra", "instance")

    @property
    def aliases(self) -> tuple[str, ...]:
        """Names under which others in its network find it."""
        return (self.member,)

    def network_of(self, lab: Settings) -> str:
        return lab.name


def spec_hash(container: Container, image_id: str) -> str:
    text = json.dumps([asdict(container), image_id], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def find(client: docker.DockerClient, lab: Settings, member: str) -> Any | None:
    try:
        return client.containers.get(lab.container(member))
    except NotFound:
        return None


def of_lab(client: docker.DockerClient, lab: Settings) -> list[Any]:
    return list(client.containers.list(all=True, filters=labels.filters(lab), ignore_removed=True))


def ensure(client: docker.DockerClient, lab: Settings, container: Container, files: Mapping[str, bytes]) -> tuple[Any, str]:
    """Makes the container run; returns it and what was done: 'running', 'started' or 'created'.

    `files` are put into a new container before its first start (they are root's; keys of hosts)."""
    image_id = str(client.images.get(container.image).id)
    wanted = spec_hash(container, image_id)
    present = find(client, lab, container.member)
    if present is not None and present.labels.get(labels.SPEC) == wanted:
        if present.status == "running":
            return present, "running"
        present.start()
        return present, "started"
    if present is not None:
        remove(present)
    return _create(client, lab, container, wanted, files), "created"


def remove(container: Any) -> None:
    """Removes a container with its anonymous volumes; one that is gone already is fine."""
    try:
        container.remove(force=True, v=True)
    except APIError as error:
        if error.status_code not in (404, 409):  # 409: its removal is already in progress
            raise


def _create(client: docker.DockerClient, lab: Settings, container: Container, wanted: str, files: Mapping[str, bytes]) -> Any:
    api = client.api
    within = container.network_of(lab)
    further = lab.address6(container.address) if within == lab.name and networks.has_ipv6(client, lab) else None
    names = list(container.aliases)
    endpoint = api.create_endpoint_config(ipv4_address=container.address, ipv6_address=further, aliases=names)
    endpoints: Any = {within: endpoint}
    created = api.create_container(
        image=container.image,
        name=lab.container(container.member),
        hostname=container.member,
        labels={
            **labels.of(lab),
            labels.SPEC: wanted,
            labels.MEMBER: container.member,
            labels.KIND: container.kind,
        },
        environment=_environment(client) if container.is_host else None,
        ports=[inside for _, inside in container.ports],
        volumes=["/var/lib/docker"] if container.is_host else None,
        host_config=_host_config(client, container),
        networking_config=api.create_networking_config(endpoints),
    )
    made = client.containers.get(created["Id"])
    try:
        if files:
            made.put_archive("/", archive(files))
        made.start()
    except APIError as error:
        remove(made)
        raise LabError(f"Container {lab.container(container.member)} does not start: {error.explanation}") from error
    return made


def _host_config(client: docker.DockerClient, container: Container) -> dict[str, Any]:
    options: dict[str, Any] = {
        "port_bindings": {inside: ("127.0.0.1", outside) for outside, inside in container.ports},
        "binds": [f"{name}:{path}" for name, path in container.volumes],
        "shm_size": container.shared_memory,
    }
    if container.is_host:
        options |= {
            "cap_add": ["ALL"],
            "cap_drop": ["SYS_RESOURCE"],
            "security_opt": SYSTEMD_SECURITY,
            "tmpfs": {"/run": "", "/run/lock": "", "/tmp": "exec"},  # noqa: S108 the container's own
        }
        options["binds"].append("/sys/fs/cgroup:/sys/fs/cgroup:rw")
    config = dict(client.api.create_host_config(**options))
    if container.is_host:
        # What the command line calls systempaths=unconfined: inner containers set sysctls.
        config |= {"MaskedPaths": [], "ReadonlyPaths": [], "CgroupnsMode": "host"}
    return config


def _environment(client: docker.DockerClient) -> dict[str, str]:
    """systemd 257 has to be told that cgroup v1 is what there is; on v2 it needs nothing."""
    version = str(client.info().get("CgroupVersion", "1"))
    return {"container": "docker"} | ({"SYSTEMD_PROC_CMDLINE": CGROUP_V1} if version == "1" else {})


def archive(files: Mapping[str, bytes]) -> bytes:
    """Files for a host: what is under /home/admin belongs to its first user, the rest to root; none is public."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path, content in files.items():
            member = tarfile.TarInfo(path.lstrip("/"))
            member.size, member.mode, member.mtime = len(content), 0o600, int(time.time())
            member.uid = member.gid = 1000 if path.startswith("/home/") else 0
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()
