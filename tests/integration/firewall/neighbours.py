# SPDX-License-Identifier: GPL-3.0-or-later
"""A network of the test's own, over IPv4 and IPv6, with two containers beside the host: one that watches it, and a stranger."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.integration.converge import machine as converge

NETWORK = "firewall-test-lan"
SUBNETS = ("172.30.165.0/24", "fd00:e:165::/64")
HOST = ("172.30.165.10", "fd00:e:165::10")
PEER = ("172.30.165.20", "fd00:e:165::20")
STRANGER = ("172.30.165.30", "fd00:e:165::30")
#: of the metadata service, as containers know it
METADATA = ("169.254.169.254", "fd00:ec2::254")
INTERNET = ("203.0.113.7", "2001:db8::7")
IMAGE = "echodiary-lab/bare:trixie"
ANSWERS = Path(__file__).parent / "roles/things/tree/usr/local/lib/things/answers.py"

#: a root file system of Python alone, taken from the host itself; and what would take a playbook longer to install
PREPARED = """
set -e
(apt-get update -qq && apt-get install -qq -y nftables) > /dev/null 2>&1 &
files="/usr/bin/python3 /usr/lib/python3* $(ldd /usr/bin/python3 | grep -o '/[^ ]*')"
tar -ch --exclude=__pycache__ --exclude=test $files 2>/dev/null | docker import - firewall-test/python
wait $!
"""

#: address and port to what arrived: what was said there, "refused", or "nothing"
PROBE = """
import json, socket, sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
def ask(target):
    try:
        with socket.create_connection(tuple(target), timeout=0.7) as there:
            return there.recv(20).decode(errors="replace").strip()
    except (socket.timeout, BlockingIOError):
        return "nothing"
    except OSError:
        return "refused"
targets = json.loads(sys.argv[1])
with ThreadPoolExecutor(64) as pool:
    print(json.dumps(list(pool.map(ask, targets))))
"""

#: of the host: sshd, what users ask (one of it in a container), what is for who watches (the last in a container)
EVERYONES, WATCHED = (22, 80, 8080), (8404, 9100, 9187)
#: what nobody declared, and what is published for the host alone
CLOSED = (4444, 8001)

Target = tuple[str, int]
#: from whom, to where: what arrived
Doors = dict[str, dict[Target, str]]


def docker(*words: str, stdin: bytes | None = None, check: bool = True) -> str:
    done = subprocess.run(["docker", *words], input=stdin, capture_output=True, timeout=120, check=False)
    assert not check or done.returncode == 0, f"docker {' '.join(words)}: {done.stderr.decode()}"
    return done.stdout.decode().strip()


def asked(container: str, targets: list[Target], inside: str = "") -> dict[Target, str]:
    """From a container, or from one ``inside`` it."""
    nested = ["docker", "exec", "-i", inside] if inside else []
    said = docker("exec", "-i", container, *nested, "python3", "-c", PROBE, json.dumps(targets))
    return dict(zip(targets, json.loads(said), strict=True))


class Machine(converge.Machine):
    name, subnet, port_offset, roles = "firewall-test", "172.30.65.0/24", "6500", Path(__file__).parent / "roles"

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        self.peer, self.stranger = f"{self.name}-peer", f"{self.name}-stranger"
        docker("network", "create", "--ipv6", "--subnet", SUBNETS[0], "--subnet", SUBNETS[1], NETWORK)
        self._join(self.container, HOST)
        for name, addresses in ((self.peer, PEER), (self.stranger, STRANGER)):
            place = ["--network", NETWORK, "--ip", addresses[0], "--ip6", addresses[1], "--cap-add", "NET_ADMIN"]
            answers = ["-v", f"{ANSWERS.parent}:/things:ro", IMAGE, "python3", "/things/answers.py", "5432", "6379", "443"]
            docker("run", "-d", "--init", "--name", name, *place, *answers)
            for subnet, gateway in (("172.16.0.0/12", HOST[0]), ("fd00:6::/64", HOST[1])):
                docker("exec", name, "ip", "route", "replace", subnet, "via", gateway)
        self.sh(PREPARED)

    def _join(self, container: str, addresses: tuple[str, str]) -> None:
        docker("network", "connect", "--ip", addresses[0], "--ip6", addresses[1], NETWORK, container)

    def destroy(self) -> None:
        docker("rm", "-f", self.peer, self.stranger, check=False)
        docker("network", "disconnect", "-f", NETWORK, self.container, check=False)
        docker("network", "rm", NETWORK, check=False)
        super().destroy()

    def fleet(self) -> dict[str, Any]:
        """Whoever watches, as the inventory has it."""
        return {"mon1": {"firewall_addresses": list(PEER), "components": []}}

    def task(self, components: list[str] | None = None, *, check: bool = False, **variables: Any) -> dict[str, Any]:
        return converge.task(components or ["things", "firewall"], check=check, **variables)

    def command(self, tasks: list[dict[str, Any]], words: tuple[str, ...] = (), hosts: dict[str, Any] | None = None) -> list[str]:
        return super().command(tasks, ("--limit", "machine", *words), self.fleet())

    def one(self, components: list[str] | None = None, *, check: bool = False, **variables: Any) -> converge.Task:
        return self.play(self.task(components, check=check, **variables))[0]

    def _inventory(self, more: dict[str, Any]) -> Path:
        path = super()._inventory(more)
        found = json.loads(path.read_text())
        found["all"]["children"] = {"monitoring": {"hosts": {"mon1": {}}}, "app": {"hosts": {"machine": {}}}}
        found["all"]["hosts"]["machine"]["components"] = ["things", "firewall"]
        path.write_text(json.dumps(found))
        return path

    def doors(self) -> Doors:
        """What a peer and a stranger get of every port of the host, and of the containers behind it, to which they have a route."""
        targets = [(address, port) for address in HOST for port in (*EVERYONES, *WATCHED, *CLOSED)]
        targets += [(address, port) for address in self.addresses() for port in (7000, 8000)]
        who = (self.peer, self.stranger)
        with ThreadPoolExecutor() as pool:
            return dict(zip(who, pool.map(lambda one: asked(one, targets), who), strict=True))

    def expected(self, before: Doors, containers: list[str] | None = None) -> Doors:
        """Of what answered ``before`` there was a firewall, what is declared. ``containers``: their addresses now."""
        behind = containers if containers is not None else list(dict.fromkeys(to[0] for to in before[self.peer] if to[0] not in HOST))
        found: Doors = {}
        for who, opened in ((self.peer, {*EVERYONES, *WATCHED}), (self.stranger, {*EVERYONES})):
            there = {to: said if to[1] in opened else "nothing" for to, said in before[who].items() if to[0] in HOST}
            found[who] = {**there, **{(address, port): "nothing" for address in behind for port in (7000, 8000)}}
        return found

    @contextmanager
    def others_beside(self) -> Iterator[None]:
        """The peer has the addresses of the metadata service and of somebody far away, and the host a way to them."""
        for v4, v6 in (METADATA, INTERNET):
            docker("exec", self.peer, "ip", "-4", "addr", "replace", f"{v4}/32", "dev", "eth0")
            docker("exec", self.peer, "ip", "-6", "addr", "replace", f"{v6}/128", "dev", "eth0", "nodad")
            self.sh(f"ip -4 route replace {v4} via {PEER[0]}; ip -6 route replace {v6} via {PEER[1]}")
        found = asked(self.container, [(address, 5432) for address in (*METADATA, *INTERNET)])
        assert set(found.values()) == {"5432"}, f"the host itself reaches them: {found}"
        yield
        for v4, v6 in (METADATA, INTERNET):
            self.sh(f"ip -4 route del {v4}; ip -6 route del {v6}")

    def addresses(self) -> list[str]:
        """Of the application's container."""
        form = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.GlobalIPv6Address}} {{end}}"
        return self.sh(f"docker inspect -f '{form}' things-app-1").split()

    def filters(self) -> str:
        """Docker's own, without what is counted."""
        return self.sh("for tool in iptables ip6tables; do $tool-save | grep ^-; done", check=False)

    def gate(self) -> dict[Target, str]:
        """What a shell in the application's container gets."""
        others = [(PEER[0], port) for port in (5432, 6379, 443)] + [(PEER[1], port) for port in (5432, 6379)]
        own = [(address, port) for address in HOST for port in (*EVERYONES, *WATCHED, 4444)]
        return asked(self.container, [*others, *own, *((address, 5432) for address in (*METADATA, *INTERNET))], "things-app-1")

    def answering(self) -> bool:
        """Does all that the host serves answer the peer?"""
        found = asked(self.peer, [(address, port) for address in HOST for port in (*EVERYONES, *WATCHED)])
        return not {"nothing", "refused"} & set(found.values())

    def reachable(self) -> bool:
        """By a connection of its own."""
        words = ["ssh", "-i", self.login["identity_file"], "-o", "ControlPath=none", "-o", "ConnectTimeout=2", "-o", "BatchMode=yes"]
        words += ["-o", f"UserKnownHostsFile={converge.ROOT / '.lab' / self.name / 'known_hosts'}"]
        target = f"{self.login['user']}@{self.login['address']}"
        return subprocess.run([*words, target, "true"], capture_output=True, check=False).returncode == 0

    def table(self) -> str:
        return self.sh("nft -s list table inet echodiary", check=False)


class Session:
    """A connection that stays."""

    TALK = "import socket, sys; there = socket.create_connection((sys.argv[1], int(sys.argv[2]))); there.settimeout(5)\n"
    TALK += "print(there.recv(99).decode().strip(), flush=True)\n"
    TALK += "for line in sys.stdin: there.sendall(line.encode()); print(there.recv(99).decode().strip(), flush=True)"

    def __init__(self, container: str, address: str, port: int) -> None:
        words = ["docker", "exec", "-i", container, "python3", "-c", self.TALK, address, str(port)]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def said(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def echo(self, text: str) -> str:
        assert self._process.stdin
        self._process.stdin.write(f"{text}\n")
        self._process.stdin.flush()
        return self.said()


def print_table(rows: dict[str, dict[Target, str]]) -> None:
    """From whom, to where, what arrived: for people who run the test with -s."""
    sys.stdout.write(
        "\n" + "\n".join(f"{who:22} {to[0]:>18}:{to[1]:<5} {said}" for who, found in rows.items() for to, said in found.items()) + "\n"
    )
