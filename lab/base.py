# SPDX-License-Identifier: GPL-3.0-or-later
"""The image every other stands on: Debian from Docker Hub when it answers, else made here by debootstrap."""

from __future__ import annotations

import functools
import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

import docker
import requests
from docker.errors import APIError, DockerException

from lab import engine, images, labels, locks
from lab.errors import LabError
from lab.progress import Progress

#: Debian 13, on which all of the lab stands, and Debian 12, which only hosts of their own may have
SUITE, OLDER = "trixie", "bookworm"
EXTRA_AUTHORITIES = Path("/usr/local/share/ca-certificates")
SECONDS_TO_ANSWER = 5


def upstream(suite: str) -> str:
    return f"debian:{suite}-slim"


def rootfs(suite: str) -> str:
    return f"echodiary-lab/rootfs:{suite}"


def reference(suite: str = SUITE) -> str:
    return f"echodiary-lab/base:{suite}"


@functools.cache
def hub_answers() -> bool:
    """Whether the engine (it pulls, not we) reaches Docker Hub; asked once and with little patience."""
    try:
        api: Any = docker.from_env(timeout=SECONDS_TO_ANSWER).api
        api.inspect_distribution(upstream(SUITE))
    except (DockerException, requests.RequestException):
        return False
    return True


def pull(client: docker.DockerClient, repository: str, tag: str) -> str:
    """Pulls an image and returns its id; an empty string when no registry answers or it does not give the image."""
    if not hub_answers():
        return ""
    try:
        return str(client.images.pull(repository, tag=tag).id)
    except (DockerException, requests.RequestException):
        return ""


def ensure(client: docker.DockerClient, folder: Path, progress: Progress, suite: str = SUITE) -> None:
    """Makes `reference(suite)` exist and current."""
    name = "base" if suite == SUITE else f"base-{suite}"
    with locks.machine_wide(name):
        plain = _rootfs(client, folder, progress, suite)
        recipe = images.Recipe(name, reference(suite), folder, plain, extra=authorities(EXTRA_AUTHORITIES))
        with progress.step(f"image {name}") as step:
            step.result = "built" if images.ensure(client, recipe)[1] else ""


def authorities(directory: Path) -> dict[str, bytes]:
    """Certificate authorities that this machine trusts beyond the distribution's: builds need them too."""
    found = sorted(directory.rglob("*.crt")) if directory.is_dir() else []
    return {"ca/": b"", **{f"ca/{path.name}": path.read_bytes() for path in found}}


def _rootfs(client: docker.DockerClient, folder: Path, progress: Progress, suite: str) -> str:
    """Reference of an image that holds plain Debian."""
    if images.find(client, upstream(suite)) is not None:
        return upstream(suite)
    script = folder / "debootstrap.sh"
    inputs = hashlib.sha256(script.read_bytes()).hexdigest()[:32]
    present = images.find(client, rootfs(suite))
    if present is not None and present.labels.get(labels.INPUTS) == inputs:
        return rootfs(suite)
    with progress.step(f"image debian {suite}") as step:
        if pull(client, *upstream(suite).split(":")):
            step.result = f"pulled {upstream(suite)}"
            return upstream(suite)
        _bootstrap(client, script, inputs, suite)
        step.result = "made by debootstrap (no image registry answers)"
    return rootfs(suite)


def _bootstrap(client: docker.DockerClient, script: Path, inputs: str, suite: str) -> None:
    if not shutil.which("debootstrap", path="/usr/sbin:/usr/bin:/sbin:/bin"):
        engine.apt_install(["debootstrap"])
    with subprocess.Popen(engine.as_root([str(script), suite]), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        output, errors = process.communicate(timeout=900)
    if process.returncode:
        last = errors.decode(errors="replace").strip().splitlines()[-1:]
        raise LabError(f"debootstrap {suite} failed ({process.returncode}): {' '.join(last)}")
    repository, tag = rootfs(suite).split(":")
    changes = [f"LABEL {labels.IMAGE}=rootfs {labels.INPUTS}={inputs}", 'CMD ["/bin/bash"]']
    try:
        client.api.import_image_from_data(output, repository=repository, tag=tag, changes=changes)
    except APIError as error:
        raise LabError(f"Importing Debian's file system into Docker failed: {error.explanation}") from error
