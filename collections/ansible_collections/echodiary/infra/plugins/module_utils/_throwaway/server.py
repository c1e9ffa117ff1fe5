# SPDX-License-Identifier: GPL-3.0-or-later
"""The server: found, started, and gone. Whatever starts it is killed, it ends by itself when its hours are over.

Its main process only sleeps, so that all that fails while PostgreSQL starts can be told; with it everything in the container ends.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from .._database.errors import DatabaseError
from .._database.wire import Session
from .._host import docker
from . import engine
from .errors import ThrowawayError

if TYPE_CHECKING:
    from .._database.shapes import Server as Address

#: who may do everything, from inside or as root of the host; nobody can log in as that over a network
ADMINISTRATOR = "throwaway"
#: in the volume, the one place that can be written to
SOCKET, DATA, DUMP = "/tmp/socket", "/tmp/data", "/tmp/dump"  # noqa: S108 - of the container, which is nobody else's
_MAKE = (
    f"umask 077; command -v initdb postgres pg_restore >/dev/null || {{ echo 'it has no initdb, postgres or pg_restore' >&2; exit 1; }}; "
    f"mkdir {SOCKET} && initdb -D {DATA} -U {ADMINISTRATOR} --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C "
    "--no-sync --no-instructions"
)
#: It lives for a night and loses nothing that is not elsewhere. Autovacuum would be in a migration's way now and not the next time.
_SETTINGS = {
    "unix_socket_directories": SOCKET, "listen_addresses": "127.0.0.1", "fsync": "off", "synchronous_commit": "off",
    "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "4GB", "shared_buffers": "128MB",
    "maintenance_work_mem": "128MB", "autovacuum": "off", "max_connections": "60", "log_min_error_statement": "panic",
}  # fmt: skip
_START_TIME = 60.0


class Wanted(NamedTuple):
    """``holds``: what it is filled with, in a label; ``hours`` until it ends by itself; ``memory`` as Docker has it."""

    name: str
    image: str
    pull: str
    holds: str
    hours: float
    memory: str


class Server(NamedTuple):
    """``pid`` of its main process, as the host counts."""

    name: str
    image: str
    holds: str
    pid: int

    def session(self, database: str) -> Session:
        """As its administrator, through its socket. The host sees it in the container's own root."""
        address: Address = {"host": f"/proc/{self.pid}/root{SOCKET}", "port": 5432, "sslmode": "disable", "ca_certificate": ""}
        return Session(address, {"user": ADMINISTRATOR, "password": ""}, database)

    def inside(self, *program: str) -> list[str]:
        return ["docker", "exec", "--interactive", self.name, *program]


def found(name: str) -> Server | None:
    """The one of that name that runs."""
    answer = docker.get(f"/containers/{docker.quote(name)}/json")
    if answer.status != 200:
        return None
    said = answer.json()
    if said["State"]["Status"] != "running":
        return None
    labels = said["Config"]["Labels"]
    return Server(name, labels.get("echodiary.image", ""), labels.get("echodiary.holds", ""), said["State"]["Pid"])


def start(wanted: Wanted) -> Server:
    remove(wanted.name)
    engine.must(command(wanted), 600, f"image {wanted.image} cannot be started here")
    server = found(wanted.name)
    if server is None:
        raise ThrowawayError(f"image {wanted.image}: its container ended at once; it needs sh, sleep and a user postgres")
    try:
        engine.must(server.inside("sh", "-c", _MAKE), 120, f"image {wanted.image} makes no cluster: name one of PostgreSQL's server")
        _serve(server)
    except (ThrowawayError, DatabaseError):
        remove(wanted.name)
        raise
    return server


def remove(name: str) -> None:
    """With its volume; one that is not there is gone already."""
    docker.delete(f"/containers/{docker.quote(name)}?force=1&v=1")
    end = time.monotonic() + 20
    while docker.get(f"/containers/{docker.quote(name)}/json").status == 200 and time.monotonic() < end:
        time.sleep(0.05)


def command(wanted: Wanted) -> list[str]:
    """Pure. No secret is in it: the server has none."""
    words = ["docker", "run", "--detach", "--rm", "--init", "--name", wanted.name, "--pull", wanted.pull]
    words += [
        "--label",
        "echodiary.infra=throwaway",
        "--label",
        f"echodiary.holds={wanted.holds}",
        "--label",
        f"echodiary.image={wanted.image}",
    ]
    words += ["--network", "none", "--read-only", "--volume", "/tmp", "--shm-size", "256m", "--memory", wanted.memory]  # noqa: S108
    words += [
        "--cap-drop",
        "ALL",
        "--security-opt",
        "no-new-privileges",
        "--pids-limit",
        "512",
        "--log-driver",
        "none",
        "--user",
        "postgres",
    ]
    return [*words, "--entrypoint", "sleep", wanted.image, str(max(60, int(wanted.hours * 3600)))]


def _serve(server: Server) -> None:
    settings = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    words = ["docker", "exec", "--detach", server.name, "sh", "-c", f"umask 077; exec postgres -D {DATA} {settings} >/tmp/log 2>&1"]
    engine.must(words, 60, "PostgreSQL cannot be started")
    end = time.monotonic() + _START_TIME
    while True:
        try:
            server.session("postgres").close()
        except DatabaseError as error:
            if time.monotonic() > end:
                log = engine.run(server.inside("tail", "-n", "3", "/tmp/log"), 20).output  # noqa: S108
                raise ThrowawayError(f"PostgreSQL of {server.image} does not answer: {error}; {' / '.join(log.splitlines())}") from error
            time.sleep(0.05)
        else:
            return
