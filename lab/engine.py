# SPDX-License-Identifier: GPL-3.0-or-later
"""A Docker engine that answers: the one there is, or one installed from the distribution and started."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path

import docker
from docker.errors import DockerException

from lab.errors import LabError
from lab.progress import Progress

PACKAGES = ["docker.io", "iptables", "iproute2", "debootstrap"]
SECONDS_TO_START = 60
#: where the engine puts containers (version 1 of control groups), and how many processes they weigh as
CONTAINERS, WEIGHT = Path("/sys/fs/cgroup/cpu/docker"), 4


def connect() -> docker.DockerClient:
    """The running engine; LabError says what to do when there is none."""
    try:
        client = docker.from_env(timeout=120)
        client.ping()
    except DockerException as error:
        raise LabError(_advice(error)) from error
    return client


def ensure(state: Path, progress: Progress) -> docker.DockerClient:
    """Connects; installs and starts an engine first when this machine has none."""
    if _answers():
        return connect()
    if os.environ.get("DOCKER_HOST"):
        raise LabError(f"DOCKER_HOST={os.environ['DOCKER_HOST']} does not answer. Start that engine or unset DOCKER_HOST.")
    if not _installed():
        with progress.step("docker engine") as step:
            apt_install(PACKAGES)
            step.result = "installed"
    if _answers():  # some packages start what they install
        return connect()
    with progress.step("docker engine") as step:
        step.result = _start(state)
    return connect()


def apt_install(packages: list[str]) -> None:
    if not shutil.which("apt-get"):
        raise LabError(f"This machine has no apt-get: install {', '.join(packages)} yourself and run the command again.")
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    _run(as_root([*environment, "apt-get", "update", "-qq"]))
    _run(as_root([*environment, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]))


def as_root(command: list[str]) -> list[str]:
    if os.geteuid() == 0:
        return command
    if not shutil.which("sudo"):
        raise LabError(f"'{command[0]}' needs root and there is no sudo: run the command as root.")
    return ["sudo", *command]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    if done.returncode:
        tail = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise LabError(f"'{' '.join(command)}' failed ({done.returncode}): {' '.join(tail)}")


def _answers() -> bool:
    try:
        return bool(docker.from_env(timeout=10).ping())
    except DockerException:
        return False


def _installed() -> bool:
    """A client alone is no engine: only the daemon counts."""
    return _daemon() is not None


def _daemon() -> str | None:
    return shutil.which("dockerd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin")


def _start(state: Path) -> str:
    if Path("/run/systemd/system").is_dir():
        _run(as_root(["systemctl", "enable", "--now", "docker"]))
        log = "journalctl -u docker"
    else:
        _weigh()
        log = str(_start_in_background(state))
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if _answers():
            return f"started (log: {log})"
        time.sleep(0.3)
    raise LabError(f"The Docker engine was started but does not answer after {SECONDS_TO_START} s. Look at: {log}")


def _weigh() -> None:
    """Where no systemd divides a machine all containers together weigh as one process: hosts would starve beside who tests them."""
    with contextlib.suppress(OSError):
        CONTAINERS.mkdir(exist_ok=True)
        (CONTAINERS / "cpu.shares").write_text(f"{WEIGHT * 1024}\n", encoding="ascii")


def _start_in_background(state: Path) -> Path:
    state.mkdir(parents=True, exist_ok=True)
    log = state / "dockerd.log"
    with log.open("ab") as output:
        subprocess.Popen(  # setsid: it outlives this command and its terminal
            as_root([_daemon() or "dockerd"]),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    return log


def _advice(error: DockerException) -> str:
    reason = str(error)
    if "Permission denied" in reason:
        return "The Docker engine refuses this user (permission denied): join the group 'docker' or run as root."
    return f"No Docker engine answers ({reason.splitlines()[0][:120]}). Run: python -m lab engine"
