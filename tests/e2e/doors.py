# SPDX-License-Identifier: GPL-3.0-or-later
"""What answers to whom on a fleet, found out by asking: every port of every host, over IPv4 and IPv6, from hosts, from this machine and
from a stranger. An answer is a connection that is made; what was dropped gives none, not even a refusal.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple

from lab import topology
from tests.e2e import fleet
from tests.waiting import eventually

STRANGER = f"{fleet.NAME}-stranger"
OPEN, REFUSED, NOTHING = "open", "refused", "nothing"
#: what nobody declared: a program that somebody started, over TCP and UDP, and a container that somebody published
STRAY, STRAY_UDP, PUBLISHED = 4444, 4445, 8888
LOG, PID = "/run/stray.log", "/run/stray.pid"

PROBE = """
import json, socket, sys
from concurrent.futures import ThreadPoolExecutor
def tcp(address, port):
    with socket.create_connection((address, port), timeout=1):
        return "open"
def udp(address, port):
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as there:
        there.settimeout(1)
        there.connect((address, port))
        there.send(b"?")
        there.recv(64)
        return "open"
def ask(target):
    try:
        return {"tcp": tcp, "udp": udp}[target[0]](*target[1:])
    except (TimeoutError, BlockingIOError):
        return "nothing"
    except OSError as error:
        return "refused" if isinstance(error, ConnectionError) else f"refused ({error})"
with ThreadPoolExecutor(48) as pool:
    print(json.dumps(list(pool.map(ask, json.load(sys.stdin)))))
"""
#: whoever gets here is written down
ANSWER = """
import socket, socketserver, sys, threading
def note(what):
    with open(sys.argv[1], "a") as log:
        log.write(what + chr(10))
class Tcp(socketserver.BaseRequestHandler):
    def handle(self):
        note("tcp " + self.client_address[0])
class Udp(socketserver.BaseRequestHandler):
    def handle(self):
        note("udp " + self.client_address[0])
        self.request[1].sendto(b"here", self.client_address)
for kind, handler, port in ((socketserver.ThreadingTCPServer, Tcp, 2), (socketserver.ThreadingUDPServer, Udp, 3)):
    kind.address_family, kind.allow_reuse_address = socket.AF_INET6, True
    threading.Thread(target=kind(("::", int(sys.argv[port])), handler).serve_forever).start()
"""


class Target(NamedTuple):
    """A port of a host, by one of its addresses."""

    protocol: str
    address: str
    port: int


class Door(NamedTuple):
    """``who`` asks, by its name; ``family``: 4 or 6."""

    who: str
    host: str
    protocol: str
    port: int
    family: int


Found = dict[Door, str]


def addresses(hosts: Sequence[str]) -> dict[str, tuple[str, str]]:
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.GlobalIPv6Address}}{{end}}"
    lines = {host: fleet.docker("inspect", "-f", form, f"{fleet.NAME}-{host}").split() for host in hosts}
    return {host: (both[0], both[1]) for host, both in lines.items()}


def listening(host: str) -> set[tuple[str, int]]:
    """Whatever answers there, by itself or in a container."""
    found = set()
    for line in fleet.on(host, "ss -Htuln").splitlines():
        words = line.split()
        found.add((words[0], int(words[4].rpartition(":")[2])))
    published = fleet.on(host, "command -v docker >/dev/null && docker ps --format '{{.Ports}}' || true")
    for word in published.replace(",", " ").split():
        if "->" in word and not word.partition("->")[0].endswith("-"):
            outside, _, inside = word.partition("->")
            found.add((inside.rpartition("/")[2], int(outside.rpartition(":")[2])))
    return found


def doors(who: Mapping[str, str], hosts: Sequence[str], ports: set[tuple[str, int]]) -> Found:
    """``who``: name to container, empty for this machine. A host asks others alone."""
    places = addresses(hosts)
    with ThreadPoolExecutor() as pool:
        several = pool.map(lambda one: _asked(*one, places, ports), who.items())
    return {door: said for found in several for door, said in found.items()}


def _asked(name: str, container: str, places: Mapping[str, tuple[str, str]], ports: set[tuple[str, int]]) -> Found:
    known = [
        (Door(name, host, protocol, port, family), Target(protocol, both[family == 6], port))
        for host, both in places.items() if container != f"{fleet.NAME}-{host}"
        for protocol, port in sorted(ports) for family in (4, 6)
    ]  # fmt: skip
    words = ["docker", "exec", "-i", container, "python3", "-c", PROBE] if container else [sys.executable, "-c", PROBE]
    told = json.dumps([target for _, target in known])
    done = subprocess.run(words, input=told, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return dict(zip([door for door, _ in known], json.loads(done.stdout), strict=True))


@contextmanager
def stranger() -> Iterator[str]:
    """Somebody in the network whom nobody declared."""
    fleet.docker("rm", "-f", STRANGER)
    fleet.docker("run", "-d", "--init", "--name", STRANGER, "--network", fleet.NAME, topology.BARE, "sleep", "infinity")
    try:
        yield STRANGER
    finally:
        fleet.docker("rm", "-f", STRANGER)


def stray(host: str) -> None:
    """Does nothing where it runs already."""
    if ("tcp", STRAY) not in listening(host):
        begin = ["sh", "-c", f'echo $$ >{PID}; exec python3 -c "$@"', "sh", ANSWER]
        fleet.docker("exec", "-d", f"{fleet.NAME}-{host}", *begin, LOG, str(STRAY), str(STRAY_UDP))
    eventually(lambda: ("tcp", STRAY) in listening(host), 20, f"{host} answers at {STRAY}")


def no_stray(host: str) -> None:
    fleet.on(host, f"kill $(cat {PID}) 2>/dev/null; rm -f {PID} {LOG}")


def arrived(host: str) -> list[str]:
    """At what nobody declared, since it was last asked."""
    return fleet.on(host, f"cat {LOG} 2>/dev/null; rm -f {LOG}").splitlines()


def publish(host: str) -> None:
    """Somebody's own Compose project, with an image that is there."""
    api = "$(docker ps -q --filter label=com.docker.compose.service=api | head -n 1)"
    fleet.on(host, f"docker tag $(docker inspect -f '{{{{.Image}}}}' {api}) page:1")
    what = {"image": "page:1", "pull_policy": "never", "command": ["python", "-m", "http.server", "8000"]}
    service = {**what, "ports": [f"{PUBLISHED}:8000"], "restart": "always"}
    fleet.on(host, "mkdir -p /root/somebodys && cat >/root/somebodys/compose.yaml", json.dumps({"services": {"page": service}}))
    fleet.on(host, "docker compose -f /root/somebodys/compose.yaml up -d --force-recreate 2>&1")


def unpublish(host: str) -> None:
    fleet.on(host, "docker compose -f /root/somebodys/compose.yaml down -t 0 2>&1; docker rmi page:1; rm -r /root/somebodys")


def otherwise(now: Found, expected: Found) -> list[tuple[Door, str, str]]:
    """What arrived, and what should have."""
    assert set(now) == set(expected)
    return [(door, said, expected[door]) for door, said in now.items() if said != expected[door]]
