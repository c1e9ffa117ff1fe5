# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody new: two bare hosts that let them in, an image of their own in a registry, the collection's tarball, and a page to type from.

Their machine is a container with ansible-core and nothing of this repository.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import docker

from lab import base, registry
from lab.images import Recipe, ensure
from lab.topology import CORES
from tests import load
from tests.e2e import controllers
from tests.e2e.controllers import Controller, Said
from tests.pipelines.environments import Environment
from tests.pipelines.repository import ROOT

LAB = Environment("newcomer", "echodiary-new", "172.30.85", 7500, ("one",), "ssh")
REGISTRY = f"{LAB.subnet}.2:5000"
PAGE = ROOT / "README.md"
HEADING = "## Your own application"
#: requests a second
RATE = 100.0


def boot() -> dict[str, str]:
    """Services of the lab, a controller, and two hosts on which nothing is; name -> address."""
    LAB.command("down", "--keep-images")
    LAB.command("up", "--services")
    LAB.command("controller", CORES[-1])
    for name in ("one", "two"):
        LAB.command("host", "create", name, "--image", "bare")
    return {name: address(name) for name in ("one", "two")}


def address(name: str) -> str:
    """Of a host, or of a service of the lab."""
    return str(docker.from_env().containers.get(f"{LAB.lab}-{name}").attrs["NetworkSettings"]["Networks"][LAB.lab]["IPAddress"])


def publish(application: str, release: str, source: str = "static") -> None:
    """An image that nobody here would write, in the registry."""
    arguments = {"APPLICATION": application, "VERSION": release}
    tag = f"echodiary-lab/{source}-{application}:{release}"
    client = docker.from_env()
    recipe = Recipe(f"{source}-{application}-{release}", tag, ROOT / "tests/e2e" / source, base.reference(), arguments)
    identifier, _ = ensure(client, recipe)
    registry.push(client, 5077 + LAB.offset, identifier, f"you/{application}", release)


def settle(place: Controller) -> None:
    """Their key and their hosts' keys are where ssh looks for them, and the tarball is beside them."""
    tarball = controllers.tarball(place.place)
    place.bring()
    for name, path in (("id_ed25519", LAB.state / "ssh/id_ed25519"), ("known_hosts", LAB.state / "known_hosts")):
        command = ["docker", "exec", "-i", place.container, "sh", "-c", f"umask 077; mkdir -p ~/.ssh; cat > ~/.ssh/{name}"]
        subprocess.run(command, input=path.read_bytes(), check=True, timeout=60)
    assert tarball.exists()


def typed(block: int) -> list[str]:
    """The commands of a code block of the page, without what it says of them."""
    section = PAGE.read_text(encoding="utf-8").partition(f"\n{HEADING}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", section, re.M | re.S)
    joined = blocks[block].replace("\\\n", " ")
    return [" ".join(shlex.split(line, comments=True, posix=False)) for line in joined.splitlines() if line.strip()]


def add_worker(place: Controller) -> None:
    """By hand, as docs/init.md has it: a component that nobody asks, its pin, and where its queue is."""
    page = (ROOT / "docs/init.md").read_text(encoding="utf-8").partition("### A worker")[2]
    [block] = re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S)[:1]
    said = type_in(place, here(block, {"one": "", "two": "", "redis": address("redis")}))
    assert said.code == 0, said.output


def here(command: str, addresses: dict[str, str]) -> str:
    """With the hosts and the registry that there are in place of the page's."""
    names = {
        "203.0.113.10": addresses["one"],
        "203.0.113.11": addresses["two"],
        "203.0.113.20": addresses.get("redis", ""),
        "ghcr.io/you/": f"{REGISTRY}/you/",
    }
    for name, value in names.items():
        command = command.replace(name, value)
    return command


def type_in(place: Controller, command: str) -> Said:
    return place.run("sh", "-c", command)


def answers(addresses: dict[str, str], name: str) -> set[str]:
    """What every host says to who asks for that name."""
    found = set()
    for address in addresses.values():
        request = urllib.request.Request(f"http://{address}/", headers={"Host": name})
        with urllib.request.urlopen(request, timeout=10) as answer:
            found.add(answer.read().decode().strip())
    return found


@contextmanager
def asked(addresses: dict[str, str], name: str) -> Iterator[dict[str, int]]:
    """Users of both hosts while the block runs; what became of their requests afterwards."""
    counts: dict[str, int] = {}
    targets = [f"http://{address}" for address in addresses.values()]
    with load.running(*targets, rate=RATE, mix="keep-alive=75,new-connection=25", paths="/", host_name=name) as running:
        yield counts
        result = running.stop()
    counts.update(sent=sum(one["sent"] for one in result.kinds.values()), failed=result.failed)
