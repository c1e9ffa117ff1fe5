# SPDX-License-Identifier: GPL-3.0-or-later
"""A real HAProxy with the role's own configuration in front of a real EchoDiary, without a host around them."""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import docker

from tests import rendering
from tests.integration import lab_images

APP = Path(__file__).resolve().parents[3] / "app"
NAME = "echodiary-edge-test"


DATA, HEADERS, RESET, SETTINGS, GONE = 0, 1, 3, 4, 7
#: of a request: no body follows, and no more headers
END = 0x5


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str


class Edge(NamedTuple):
    port: int
    inside: int
    slot: int

    def raw(self, request: bytes, port: int = 0, address: str = "127.0.0.1") -> Answer:
        """The answer to exactly these bytes: a client library would tidy the path up."""
        with socket.create_connection((address, port or self.port), timeout=20) as connection:
            connection.sendall(request)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            text = answer.read().decode(errors="replace")
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)

    def http2(self, path: str) -> str:
        """The body of the answer to a GET in HTTP/2, without the negotiation that TLS would bring."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            return Http2(connection).get(path)

    def get(self, target: str, host: str = "echodiary.example", port: int = 0, address: str = "127.0.0.1") -> Answer:
        return self.raw(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode(), port, address)

    def logs(self) -> str:
        """What HAProxy said."""
        return str(docker.from_env().containers.get(f"{NAME}-{self.port}").logs().decode())


class Http2:
    """One connection of a client, with one request at a time."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._stream = connection, 1
        self.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0, b""))

    def send(self, said: bytes) -> None:
        self._connection.sendall(said)

    def get(self, path: str) -> str:
        """The body of the answer. When the connection ends meanwhile, what there was of it."""
        self.ask("GET", path, END)
        said = b"".join(_data(self._connection, self._stream))
        self._stream += 2
        return said.decode(errors="replace")

    def ask(self, method: str, path: str, flags: int) -> None:
        fields = {":method": method, ":scheme": "http", ":authority": "echodiary.example", ":path": path}
        self.send(frame(HEADERS, flags, self._stream, b"".join(b"\0" + _short(name) + _short(value) for name, value in fields.items())))

    def answer(self) -> str:
        return b"".join(_data(self._connection, self._stream)).decode(errors="replace")


def _short(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def _data(connection: socket.socket, stream: int) -> Iterator[bytes]:
    """What is said on that stream until it ends, or the connection does."""
    with connection.makefile("rb", buffering=0) as answer:
        while head := _whole(answer, 9):
            payload, kind, flags = _whole(answer, int.from_bytes(head[:3], "big")), head[3], head[4]
            if kind == GONE:
                return
            if int.from_bytes(head[5:], "big") != stream:
                continue
            if kind == DATA:
                yield payload
            if kind == RESET or (kind in (DATA, HEADERS) and flags & 1):
                return


def _whole(answer: io.RawIOBase, size: int) -> bytes:
    """Nothing that belongs to the next frame, or nothing at all."""
    said = b""
    while len(said) < size and (more := answer.read(size - len(said))):
        said += more
    return said if len(said) == size else b""


@contextlib.contextmanager
def running(place: Path, **variables: Any) -> Iterator[Edge]:
    edge = Edge(free_port(), free_port(), free_port())
    with _application(place, edge.slot), _haproxy(place, edge, "", **variables):
        yield edge


@contextlib.contextmanager
def before(place: Path, told: str = "", image: str = "", **variables: Any) -> Iterator[Edge]:
    """HAProxy alone, before applications of the caller's. ``told``: what it was told at runtime, as module ``edge`` writes it."""
    edge = Edge(free_port(), free_port(), 0)
    with _haproxy(place, edge, told, image, **variables):
        yield edge


def own_address() -> str:
    """Of this machine, and not loopback: HAProxy takes who comes from there for somebody else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])


@contextlib.contextmanager
def another_address() -> Iterator[str]:
    """Of this machine too, and to HAProxy another client: a bridge's, whose packets go out as they are."""
    options = {"com.docker.network.bridge.enable_ip_masquerade": "false"}
    network = docker.from_env().networks.create(f"{NAME}-{free_port()}", driver="bridge", options=options)
    try:
        network.reload()
        yield str(network.attrs["IPAM"]["Config"][0]["Gateway"])
    finally:
        network.remove()


@contextlib.contextmanager
def _application(place: Path, port: int) -> Iterator[None]:
    """With a database that is not there: what is asked here needs none."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_port()}/none",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        # its line for every request that reached it, also of those that are for the inside
        "LOG_LEVEL": "DEBUG",
    }
    with (place / "application.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "echodiary"], cwd=APP, env=environment, stdout=log, stderr=log)
    try:
        _until("EchoDiary answers", lambda: _status(port, "/health") == 200)
        yield
    finally:
        process.terminate()
        process.wait(40)


@contextlib.contextmanager
def _haproxy(place: Path, edge: Edge, told: str, image: str = "", **variables: Any) -> Iterator[None]:
    ports = {"haproxy_port": edge.port, "haproxy_metrics_port": edge.inside, "echodiary_ports": {"blue": edge.slot, "green": free_port()}}
    # A status page of the fleet's would be handed out at /status, which is the application's here.
    watching = {"components": [name for name in rendering.MONITORING if name != "status_page"], "ansible_host": "10.0.0.5"}
    host = {
        "inventory_hostname": "app1", "components": ["haproxy", "echodiary"], "playbook_dir": str(Path(__file__).parent),
        "hostvars": {**rendering.FLEET["hostvars"], "mon1": watching},
    }  # fmt: skip
    given = {"haproxy_bind": "127.0.0.1", "haproxy_metrics_bind": "127.0.0.1", **host, **ports, **variables}
    for path, text in rendering.tree("haproxy", **given).items():
        if path.startswith(("/etc/haproxy/", "/etc/echodiary/tls/")):
            (place / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            (place / path.lstrip("/")).write_text(text)
    (place / "edge.map").write_text(f"edge {told}\n" if told else "")
    mounted = {place / name: f"/{name}" for name in ("etc/haproxy", "etc/echodiary/tls", "var/lib/haproxy/status")}
    for here in mounted:
        here.mkdir(parents=True, exist_ok=True)
    mounted[place / "edge.map"] = "/var/lib/haproxy/edge.map"
    client, name = docker.from_env(), f"{NAME}-{edge.port}"
    container = client.containers.run(
        image or lab_images.host(),
        ["sh", "-c", "mkdir -p /run/haproxy && exec haproxy -W -f /etc/haproxy/haproxy.cfg"],
        entrypoint=[],
        name=name,
        detach=True,
        network_mode="host",
        volumes={str(here): {"bind": there, "mode": "ro"} for here, there in mounted.items()},
    )
    try:
        _until(f"HAProxy lets the slot in: {container.logs().decode()}", lambda: _status(edge.port, "/health") in (200, 204))
        yield
    except AssertionError as error:
        raise AssertionError(f"{error}\n{container.logs().decode()}") from error
    finally:
        container.remove(force=True, v=True)


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _until(what: str, question: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end, f"{what}: not within {seconds:g} s"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
