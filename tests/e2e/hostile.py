# SPDX-License-Identifier: GPL-3.0-or-later
"""A shell in the application's container, and who is asked from there: what arrives counts."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.e2e import drill, fleet

#: a host beside the fleet that has the addresses of the metadata service and of somebody in the Internet
OUTSIDE, AT = f"{fleet.NAME}-outside", f"{fleet.SUBNET}.250"
METADATA, INTERNET = "169.254.169.254", "203.0.113.7"
#: it says which of its ports was asked, and at which address
ANSWERS = """
import socket, sys, threading
def serve(port):
    there = socket.create_server(("", port), backlog=64)
    while True:
        one, _ = there.accept()
        one.close()
        print(one and f"{port}", flush=True)
for port in map(int, sys.argv[1:]):
    threading.Thread(target=serve, args=(port,)).start()
"""
#: address and port to what came of it
ASKED = """
import json, socket, sys
from concurrent.futures import ThreadPoolExecutor
def ask(target):
    try:
        socket.create_connection(tuple(target), timeout=1.5).close()
        return "open"
    except (TimeoutError, socket.timeout):
        return "nothing"
    except OSError as error:
        return "refused"
with ThreadPoolExecutor(32) as pool:
    print(json.dumps(list(pool.map(ask, json.loads(sys.argv[1])))))
"""
#: every first packet of a connection that comes in, until standard input ends
SNIFFED = """
import json, select, socket, sys
wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x800))
print("ready", flush=True)
found = []
while True:
    if sys.stdin in select.select([wire, sys.stdin], [], [])[0]:
        break
    packet, about = wire.recvfrom(128)
    begin = (packet[0] & 15) * 4
    if about[2] != 4 and packet[9] == 6 and packet[begin + 13] & 18 == 2:
        found.append([socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20]), int.from_bytes(packet[begin + 2:begin + 4], "big")])
print(json.dumps(found))
"""
IMAGE = "echodiary-lab/bare:trixie"

Target = tuple[str, int]


class Row(NamedTuple):
    """``arrives``: at a machine that says what came, so that nothing has to be believed of who asked."""

    words: str
    port: int
    address: str
    arrives: str = ""


def api(host: str) -> str:
    return f"echodiary-{drill.slots(host)['active']}-api-1"


def inside(host: str, code: str, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Python in the application's container."""
    command = ["docker", "exec", "-i", f"{fleet.NAME}-{host}", "docker", "exec", "-i", api(host), "python", "-c", code, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


def asked(host: str, rows: list[Row]) -> dict[Row, str]:
    said = json.loads(inside(host, ASKED, json.dumps([(one.address, one.port) for one in rows])).stdout)
    return dict(zip(rows, said, strict=True))


def lab() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((fleet.INVENTORY / "group_vars/all/lab.yml").read_text(encoding="utf-8"))
    return found


def resolved(host: str, name: str) -> str:
    return inside(host, "import socket, sys; print(socket.gethostbyname(sys.argv[1]))", name).stdout.strip()


def rows() -> list[Row]:
    """From app1."""
    known = lab()
    own, other, watching = (fleet.address(host) for host in ("app1", "app2", "mon1"))
    bridge = fleet.on(
        "app1", f"docker inspect -f '{{{{range .NetworkSettings.Networks}}}}{{{{.Gateway}}}}{{{{end}}}}' {api('app1')}"
    ).strip()
    found = [
        Row("its database", 5432, resolved("app1", known["lab_postgres_host"])),
        Row("its cache", 6379, resolved("app1", known["lab_redis_host"])),
        Row("its own host's edge", 80, own),
        Row("another host's edge", 80, other, "app2"),
        Row("ssh of its own host", 22, own),
        Row("ssh of its own host, by Docker's bridge", 22, bridge),
        Row("ssh of another host", 22, other, "app2"),
        Row("HAProxy's statistics of its own host", 8404, own),
        Row("HAProxy's statistics of another host", 8404, other, "app2"),
        Row("node_exporter of its own host", 9100, own),
        Row("node_exporter of another host", 9100, other, "app2"),
        Row("Prometheus", 9090, watching, "mon1"),
        Row("Alertmanager", 9093, watching, "mon1"),
        Row("Grafana", 3000, watching, "mon1"),
        Row("the metadata service", 80, METADATA, "outside"),
        Row("somebody in the Internet, by http", 80, INTERNET, "outside"),
        Row("somebody in the Internet, by https", 443, INTERNET, "outside"),
        Row("somebody in the Internet, by ssh", 22, INTERNET, "outside"),
        Row("anybody, at the port for names", 53, INTERNET, "outside"),
        Row("a private address, at its database's port", 5432, AT, "outside"),
        Row("somebody in the Internet, at its database's port", 5432, INTERNET, "outside"),
    ]
    assert len({one.words for one in found}) == len(found)
    return found


def docker(*words: str, check: bool = True) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=120, check=False)
    assert not check or done.returncode == 0, f"docker {' '.join(words)}: {done.stderr}"
    return done.stdout.strip()


@contextmanager
def outside() -> Iterator[None]:
    docker("rm", "-f", OUTSIDE, check=False)
    place = ["--network", fleet.NAME, "--ip", AT, "--cap-add", "NET_ADMIN"]
    docker("run", "-d", "--init", "--name", OUTSIDE, *place, IMAGE, "python3", "-c", ANSWERS, "22", "53", "80", "443", "5432")
    try:
        for address in (METADATA, INTERNET):
            docker("exec", OUTSIDE, "ip", "addr", "add", f"{address}/32", "dev", "eth0")
            fleet.on("app1", f"ip route replace {address} via {AT}")
        yield
    finally:
        for address in (METADATA, INTERNET):
            docker("exec", f"{fleet.NAME}-app1", "ip", "route", "del", address, check=False)
        docker("rm", "-f", OUTSIDE, check=False)


class Arrived:
    """What comes in at the machines that say so, while the block runs."""

    def __init__(self, machines: set[str]) -> None:
        self._machines, self.found = machines, {}

    def __enter__(self) -> Arrived:
        self._wires = {name: self._listen(name) for name in self._machines}
        return self

    @staticmethod
    def _listen(name: str) -> subprocess.Popen[str]:
        command = ["docker", "exec", "-i", f"{fleet.NAME}-{name}", "python3", "-c", SNIFFED]
        wire = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert wire.stdout
        assert wire.stdout.readline() == "ready\n"
        return wire

    def __exit__(self, *_: object) -> None:
        for name, wire in self._wires.items():
            said, _ = wire.communicate("over\n", timeout=20)
            own = fleet.address("app1")
            self.found[name] = {(to, port) for source, to, port in json.loads(said) if source == own}

    def at(self, row: Row) -> bool:
        return (row.address, row.port) in self.found[row.arrives]


DOCS = Path(fleet.ROOT) / "docs/hardening.md"
BEGIN, END = "<!-- what a container reaches: written by tests/e2e/test_confined.py -->\n", "<!-- end -->"


def table(before: dict[Row, str], after: dict[Row, str]) -> str:
    lines = ["| from a shell in EchoDiary's container to | port | without `firewall` | with it |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {one.words} | {one.port} | {before[one]} | {after[one]} |" for one in after), ""])


def documented(text: str | None = None) -> str:
    """The table in the documentation; written anew where there is a ``text``."""
    page = DOCS.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    found, _, tail = rest.partition(END)
    if text is not None:
        DOCS.write_text(f"{head}{BEGIN}{text}{END}{tail}", encoding="utf-8")
    return found
