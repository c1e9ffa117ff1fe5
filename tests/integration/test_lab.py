# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab comes, is looked at, grows, shrinks and goes; what is not its own it never touches."""

from __future__ import annotations

import io
import os
import re
import socket
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from lab import containers, labels, topology

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
NAME = "echodiary-labtest"
ENVIRONMENT = {
    "LAB_NAME": NAME,
    "LAB_SUBNET": "172.30.79.0/24",
    "LAB_PORT_OFFSET": "3000",
    "LAB_APP_HOSTS": "1",
    "LAB_REPLACE_STOPPED": "0",
}
FOREIGN_IMAGE = "echodiary-labtest-foreign:1"


def lab(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lab", *words],
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT, **environment},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )


def done(*words: str, **environment: str) -> str:
    result = lab(*words, **environment)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def client() -> docker.DockerClient:
    return docker.from_env()


@pytest.fixture(autouse=True, scope="module")
def nothing_left(client: docker.DockerClient) -> Iterator[None]:
    done("down", "--keep-images", LAB_REPLACE_STOPPED="1")
    yield
    done("down", "--keep-images")
    assert not (ROOT / ".lab" / NAME).exists()


@pytest.fixture(scope="module")
def foreign_image(client: docker.DockerClient) -> Iterator[str]:
    """An image that is nobody's business."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("empty"))
    repository, tag = FOREIGN_IMAGE.split(":")
    client.api.import_image_from_data(buffer.getvalue(), repository=repository, tag=tag, changes=['CMD ["/empty"]'])
    yield FOREIGN_IMAGE
    client.images.remove(FOREIGN_IMAGE, force=True)


def ours(client: docker.DockerClient) -> set[str]:
    """Everything that carries the test lab's name or label; other things may come and go meanwhile."""
    everything = [
        *client.containers.list(all=True, ignore_removed=True),
        *client.networks.list(),
        *client.volumes.list(),
    ]
    return {thing.name for thing in everything if thing.name.startswith(NAME) or _owner(thing) == NAME}


def volumes_of(client: docker.DockerClient) -> set[str]:
    """The volumes that the test lab's containers use, anonymous ones included."""
    containers = client.containers.list(all=True, filters={"label": f"{labels.LAB}={NAME}"})
    mounts = [mount for container in containers for mount in container.attrs["Mounts"]]
    return {mount["Name"] for mount in mounts if mount["Type"] == "volume"}


def _owner(thing: Any) -> str | None:
    found = thing.attrs.get("Labels") or thing.attrs.get("Config", {}).get("Labels") or {}
    owner: str | None = found.get(labels.LAB)
    return owner


def refused(client: docker.DockerClient, *words: str, **environment: str) -> str:
    """Runs `lab up`, which must refuse in one line and create nothing; returns the line."""
    before = ours(client)
    result = lab(*(words or ("up",)), **environment)
    assert result.returncode == 1
    assert ours(client) == before
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1
    assert "Traceback" not in result.stdout + result.stderr
    return lines[0]


def test_a_container_of_somebody_else_with_our_name(client: docker.DockerClient, foreign_image: str) -> None:
    theirs = client.containers.create(foreign_image, name=f"{NAME}-app1")
    try:
        line = refused(client)
        assert f"{NAME}-app1" in line
        assert "LAB_NAME" in line
        theirs.reload()
        done("down", "--keep-images")
        theirs.reload()
    finally:
        theirs.remove(force=True)


def test_a_port_that_is_taken(client: docker.DockerClient) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 12090))
        taken.listen()
        line = refused(client)
    assert "127.0.0.1:12090" in line
    assert "LAB_PORT_OFFSET" in line


def test_a_network_of_somebody_else_with_our_name(client: docker.DockerClient) -> None:
    theirs = client.networks.create(NAME)
    try:
        assert "LAB_NAME" in refused(client)
    finally:
        theirs.remove()


def test_a_subnet_that_is_taken(client: docker.DockerClient) -> None:
    pool = docker.types.IPAMPool(subnet="172.30.79.0/25")
    theirs = client.networks.create(f"{NAME}-foreign", ipam=docker.types.IPAMConfig(pool_configs=[pool]))
    try:
        line = refused(client)
        assert f"{NAME}-foreign" in line
        assert "LAB_SUBNET" in line
    finally:
        theirs.remove()


def test_a_volume_of_somebody_else_with_our_name(client: docker.DockerClient) -> None:
    theirs = client.volumes.create(f"{NAME}-postgres")
    try:
        assert f"{NAME}-postgres" in refused(client)
    finally:
        theirs.remove()


def test_a_lab_of_another_checkout(client: docker.DockerClient, foreign_image: str, tmp_path: Path) -> None:
    stamp = {labels.LAB: NAME, labels.HOME: str(tmp_path)}
    theirs = client.containers.create(foreign_image, name=f"{NAME}-mon1", labels=stamp)
    try:
        assert str(tmp_path) in refused(client)
        assert str(tmp_path) in refused(client, "down")
        theirs.reload()
    finally:
        theirs.remove(force=True)


def test_what_another_checkout_left_behind_gives_way_once_it_stands_still(client: docker.DockerClient, tmp_path: Path) -> None:
    done("host", "create", "single", "--image", "bare")
    image = client.containers.get(f"{NAME}-single").attrs["Config"]["Image"]
    done("host", "destroy", "single")
    stamp = {labels.LAB: NAME, labels.HOME: str(tmp_path)}
    pool = docker.types.IPAMPool(subnet="172.30.79.0/24")
    network = client.networks.create(NAME, ipam=docker.types.IPAMConfig(pool_configs=[pool]), labels=stamp)
    theirs = client.containers.run(image, ["sleep", "600"], name=f"{NAME}-left", labels=stamp, network=NAME, detach=True)
    try:
        assert str(tmp_path) in refused(client, "host", "create", "single", "--image", "bare", LAB_REPLACE_STOPPED="1")
        theirs.kill()
        assert str(tmp_path) in refused(client, "host", "create", "single", "--image", "bare")
        done("host", "create", "single", "--image", "bare", LAB_REPLACE_STOPPED="1")
        assert done("ssh", "single", "sudo", "id", "-u").strip() == "0"
        assert {thing.name for thing in client.containers.list(all=True, filters={"label": f"{labels.LAB}={NAME}"})} == {f"{NAME}-single"}
    finally:
        containers.remove(theirs)
        done("host", "destroy", "single")
        networks = client.networks.list(names=[f"^{NAME}$"])
        assert not networks, network.id


def test_images_need_no_lab(client: docker.DockerClient) -> None:
    before = ours(client)
    done("images")
    # None of the tests that may run beside this one use it.
    client.images.remove("echodiary-lab/blackbox-exporter:trixie", force=True)
    missing = [line.split() for line in done("images").splitlines() if "built" in line]
    assert [line[:3] for line in missing] == [["image", "blackbox-exporter", "built"]]
    names = {
        "host",
        "bare",
        "python",
        "postgres",
        "redis",
        "aws",
        "s3",
        "registry",
        "prometheus",
        "echodiary",
        "blackbox-exporter",
        "instance",
        "front",
        "balancer",
    }
    assert all(client.images.list(f"echodiary-lab/{name}") for name in names)
    assert "built" not in done("images")
    assert ours(client) == before


def test_a_single_host_needs_no_lab(client: docker.DockerClient) -> None:
    done("host", "create", "single", "--image", "bare")
    again = done("host", "create", "single", "--image", "bare")
    assert "running, 172.30.79.200" in again
    assert done("ssh", "single", "sudo", "id", "-u").strip() == "0"
    volumes = volumes_of(client)
    assert volumes
    done("host", "destroy", "single")
    assert "was not there" in done("host", "destroy", "single")
    assert ours(client) == set()
    assert not volumes & {volume.name for volume in client.volumes.list()}


@pytest.mark.full
def test_a_life(client: docker.DockerClient) -> None:
    done("up")
    _everything_is_labelled(client)
    _everything_answers(client)

    _twins_are_what_their_tags_say(client)

    members = _members(client)
    done("up")
    assert _members(client) == members, "a second `up` must only look"

    done("up", LAB_APP_HOSTS="2")
    assert _members(client).items() - members.items() == {("app2", _members(client)["app2"])}
    done("up")
    assert _members(client) == members

    client.containers.get(f"{NAME}-aws").kill()
    assert "seeded" in done("up"), "what moto knew was in memory"

    volumes = volumes_of(client)
    done("down", "--keep-images")
    assert ours(client) == set()
    assert not volumes & {volume.name for volume in client.volumes.list()}
    assert not (ROOT / ".lab" / NAME).exists()


def _members(client: docker.DockerClient) -> dict[str, str]:
    found = client.containers.list(all=True, filters={"label": f"{labels.LAB}={NAME}"})
    return {container.labels[labels.MEMBER]: str(container.id) for container in found}


def _everything_is_labelled(client: docker.DockerClient) -> None:
    containers = [c for c in client.containers.list(all=True, ignore_removed=True) if c.name.startswith(NAME)]
    assert len(containers) == 6
    for container in containers:
        assert container.labels[labels.LAB] == NAME
        assert container.labels[labels.HOME] == str(ROOT / ".lab" / NAME)
        assert client.images.get(container.attrs["Image"]).labels[labels.IMAGE]
    assert [_owner(network) for network in client.networks.list(names=[NAME])] == [NAME]
    named = [volume for volume in client.volumes.list() if volume.name.startswith(NAME)]
    assert [_owner(volume) for volume in named] == [NAME, NAME]


def _twins_are_what_their_tags_say(client: docker.DockerClient) -> None:
    for image in topology.UPSTREAM:
        built = f"echodiary-lab/{image.folder}:trixie"
        # what is compiled knows the version of the source that it is a part of
        if image.folder and not image.compiled and client.images.list(built):
            said = client.containers.run(built, ["--version"], remove=True, stderr=True).decode()
            # "psql (PostgreSQL) 17.6", "Redis Metrics Exporter 1.69.0-1", everybody else "prometheus, version 2.53.3"
            version = re.search(r"(?:version|Exporter|\(PostgreSQL\)) (\d[\d.]*)", said)
            assert version, said
            assert f"{version[1]}.".startswith(f"{image.tag.removeprefix('v')}."), said


def _everything_answers(client: docker.DockerClient) -> None:
    assert done("ssh", "app1", "sudo docker info --format '{{.Driver}}' && hostname").split() == ["overlay2", "app1"]
    assert done("ssh", "mon1", "systemctl is-system-running").strip() == "running"
    query = "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolcanlogin"
    answer = client.containers.get(f"{NAME}-postgres").exec_run(["psql", "-AtXc", query], user="postgres")
    assert answer.output.decode().split() == ["master", "postgres", "postgres_exporter"]
    assert f"{NAME}-registry" in done("status")
    environment = client.containers.get(f"{NAME}-app1").attrs["Config"]["Env"]
    assert not [line for line in environment if "PASSWORD" in line.upper()]
