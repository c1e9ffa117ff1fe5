# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether things really serve: asked of the thing itself, until a deadline."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable
from typing import Any

from lab.containers import Container
from lab.errors import LabError

INTERVAL = 0.2
PATIENCE = {"service": 60.0, "database": 60.0, "host": 120.0, "extra": 120.0, "instance": 300.0}


def wait(container: Any, spec: Container) -> None:
    """Returns when the container serves; LabError with the end of its log when it does not within its patience."""
    deadline = time.monotonic() + PATIENCE[spec.kind]
    while not _serves(container, spec):
        container.reload()
        if container.status != "running":
            raise LabError(f"Container {container.name} stopped ({container.status}). Its log ends: {log_tail(container)}")
        if time.monotonic() > deadline:
            raise LabError(
                f"Container {container.name} ({spec.address}) does not answer after {PATIENCE[spec.kind]:.0f} s. "
                f"Its log ends: {log_tail(container)}"
            )
        time.sleep(INTERVAL)


def wait_until_booted(container: Any, kind: str = "host") -> list[str]:
    """Waits until a host's systemd has nothing left to start; returns the units that failed."""
    deadline = time.monotonic() + PATIENCE[kind]
    while time.monotonic() < deadline:
        state = _run(container, ["systemctl", "is-system-running"]).strip()
        if state in ("running", "degraded"):
            return _run(container, ["systemctl", "list-units", "--failed", "--plain", "--no-legend"]).splitlines()
        time.sleep(INTERVAL)
    raise LabError(f"Host {container.name} has not finished booting. See: docker exec {container.name} systemctl list-jobs")


def log_tail(container: Any, lines: int = 4) -> str:
    text = container.logs(tail=lines).decode(errors="replace")
    return " | ".join(line.strip() for line in text.splitlines() if line.strip()) or "(empty)"


def _run(container: Any, command: list[str]) -> str:
    return str(container.exec_run(command).output.decode(errors="replace"))


def _serves(container: Any, spec: Container) -> bool:
    probe = PROBES.get("postgres" if spec.kind == "database" else spec.member, _ssh_banner)
    try:
        return probe(container, spec)
    except (OSError, http.client.HTTPException):
        return False


def _http(port: int, path: str) -> Callable[[Any, Container], bool]:
    def probe(_: Any, spec: Container) -> bool:
        connection = http.client.HTTPConnection(spec.address, port, timeout=3)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        finally:
            connection.close()

    return probe


def _listens(port: int) -> Callable[[Any, Container], bool]:
    def probe(_: Any, spec: Container) -> bool:
        with socket.create_connection((spec.address, port), timeout=3):
            return True

    return probe


def _redis(_: Any, spec: Container) -> bool:
    return _talk(spec.address, 6379, b"PING\r\n").startswith(b"+PONG")


def _ssh_banner(_: Any, spec: Container) -> bool:
    return _talk(spec.address, 22, b"").startswith(b"SSH-2.0")


def _postgres(container: Any, _: Container) -> bool:
    return int(container.exec_run(["pg_isready", "-q"], user="postgres").exit_code) == 0


def _talk(address: str, port: int, say: bytes) -> bytes:
    with socket.create_connection((address, port), timeout=3) as connection:
        connection.sendall(say)
        return connection.recv(64)


PROBES: dict[str, Callable[[Any, Container], bool]] = {
    "registry": _http(5000, "/v2/"),
    # moto's own pages break where there is a database
    "aws": _http(5000, "/strict/settings"),
    "s3": _http(8333, "/healthz"),
    "redis": _redis,
    "postgres": _postgres,
    "front": _listens(443),
    "balancer": _http(9000, "/"),
}
