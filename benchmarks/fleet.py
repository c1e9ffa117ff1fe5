# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts that are measured: lab hosts of a lab of their own, and how each tool is told about them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import yaml

from benchmarks import settings
from lab import down, engine, hosts, images, inventory, keys, locks, networks, preflight, topology, up
from lab import settings as lab_settings
from lab.containers import Container
from lab.progress import Progress

IMAGE = "echodiary-lab/bench:trixie"
STARTERS = 4  # containers that boot at a time


@dataclass(frozen=True)
class Fleet:
    """Some hosts of the lab, by name and address."""

    lab: lab_settings.Settings
    addresses: dict[str, str]

    @property
    def names(self) -> list[str]:
        return list(self.addresses)

    @property
    def folder(self) -> Path:
        return self.lab.state / "bench"

    def first(self, count: int) -> Fleet:
        return Fleet(self.lab, dict(list(self.addresses.items())[:count]))

    def ansible_inventory(self) -> Path:
        path = self.folder / f"hosts-{len(self.addresses)}.yml"
        members = {name: {"ansible_host": address} for name, address in self.addresses.items()}
        variables = {
            **inventory.connection(self.lab, self.folder),
            "ansible_python_interpreter": "/usr/bin/python3",
            "components": ["bench"],
            "echodiary_secrets_source": "inventory",
        }
        path.write_text(yaml.safe_dump({"all": {"hosts": members, "vars": variables}}, sort_keys=False))
        return path

    def pyinfra_inventory(self) -> Path:
        path = self.folder / f"hosts_{len(self.addresses)}.py"
        login = {
            "ssh_user": "admin",
            "ssh_key": str(keys.user_key(self.lab)),
            "ssh_known_hosts_file": str(keys.known_hosts_file(self.lab)),
            "ssh_strict_host_key_checking": "yes",
        }
        members = [(name, {"ssh_hostname": address, **login}) for name, address in self.addresses.items()]
        path.write_text(f"hosts = {members!r}\n")
        return path

    def ssh(self, address: str, options: list[str]) -> list[str]:
        login = ["-i", str(keys.user_key(self.lab)), "-o", f"UserKnownHostsFile={keys.known_hosts_file(self.lab)}"]
        fixed = ["-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR"]
        return ["ssh", *login, *fixed, *options, f"admin@{address}"]

    def container(self, name: str) -> Any:
        return docker.from_env().containers.get(self.lab.container(name))


def start(count: int) -> Fleet:
    """Makes `count` hosts run; those that do already stay."""
    chosen = {"LAB_NAME": settings.LAB_NAME, "LAB_SUBNET": os.environ.get("BENCH_SUBNET", settings.LAB_SUBNET)}
    lab, progress, client = lab_settings.read(chosen, settings.ROOT), Progress(), engine.connect()
    wanted = [Container(f"bench{n}", "extra", IMAGE, lab.at(lab_settings.FIRST_EXTRA - 1 + n)) for n in range(1, count + 1)]
    with locks.machine_wide(lab.name):
        _image(client, lab, progress)
        preflight.check(client, lab, wanted, [])
        networks.ensure(client, lab)
        keys.user_key(lab)
        with ThreadPoolExecutor(STARTERS) as pool:
            list(pool.map(lambda host: hosts.ensure(client, lab, host, progress), wanted))
        hosts.refresh_known_hosts(client, lab)
    fleet = Fleet(lab, {host.member: host.address for host in wanted})
    fleet.folder.mkdir(parents=True, exist_ok=True)
    return fleet


def stop(fleet: Fleet) -> None:
    """Removes the hosts and everything else of their lab, but for the images."""
    with locks.machine_wide(fleet.lab.name):
        down.down(engine.connect(), fleet.lab, Progress(), keep_images=True)


def _image(client: docker.DockerClient, lab: lab_settings.Settings, progress: Progress) -> None:
    up.build_host_images(client, lab, progress)
    with locks.machine_wide("image-bench"):
        images.ensure(client, images.Recipe("bench", IMAGE, settings.HERE / "host", topology.BARE))
