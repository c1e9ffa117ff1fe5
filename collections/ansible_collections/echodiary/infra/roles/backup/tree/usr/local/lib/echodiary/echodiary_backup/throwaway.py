# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL that nobody can reach, for as long as a restore is tried: no network, nothing of the host's in it, its data gone with it.

Whatever becomes of who made it, it ends with that: its main process reads from this one, and has nothing more to read afterwards.
"""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from typing import IO, NamedTuple, cast

from .errors import BackupError

#: who may do everything there; without a network nobody else comes in
ADMINISTRATOR, RESTORED = "throwaway", "restored"
#: in its volume, the one place that can be written to
_VOLUME, _SOCKET, _DATA, _LOG = "/tmp", "/tmp/socket", "/tmp/data", "/tmp/log"  # noqa: S108 - of the container, which is nobody else's
_HOURS = 6
_START_TIME = 60.0
_MAKE = (
    f"umask 077; mkdir {_SOCKET} && "
    f"initdb -D {_DATA} -U {ADMINISTRATOR} --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C "
    "--no-sync --no-instructions"
)
#: what is in it is elsewhere as well
_SETTINGS = {
    "unix_socket_directories": _SOCKET, "listen_addresses": "127.0.0.1", "password_encryption": "scram-sha-256",
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "4GB", "autovacuum": "off", "maintenance_work_mem": "128MB",
}  # fmt: skip


class Server(NamedTuple):
    """``pid`` of its main process, as the host counts."""

    name: str
    pid: int

    def inside(self, *program: str) -> list[str]:
        return ["docker", "exec", "--interactive", self.name, *program]

    def client(self, program: str, *words: str) -> list[str]:
        """One of PostgreSQL's programs, as who may do everything."""
        return self.inside(program, "--host", _SOCKET, "--username", ADMINISTRATOR, *words)

    def sql(self, script: str, database: str) -> str:
        done = _run(self.client("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", "-"), script)
        if done.returncode:
            raise BackupError(f"what was restored cannot be asked: {_said(done)}")
        return done.stdout

    def login(self, user: str, password: str) -> None:
        """Who may do everything as well, over the network in which nobody else is. ``password``: of letters, digits, _ and -."""
        name = user.replace('"', '""')
        self.sql(f"CREATE ROLE \"{name}\" SUPERUSER LOGIN PASSWORD '{password}'", "postgres")


@contextlib.contextmanager
def made(name: str, image: str) -> Iterator[Server]:
    """One of a name at a time: what a killed run left is taken away first."""
    remove(name)
    with _held(command(name, image), image):
        try:
            server = Server(name, _pid(name))
            _must(
                server.inside("sh", "-c", _MAKE), f"image {image} makes no cluster: name one of PostgreSQL's server (restore_test: image)"
            )
            _serve(server)
            server.sql(f"CREATE DATABASE {RESTORED} TEMPLATE template0", "postgres")
            yield server
        finally:
            remove(name)


@contextlib.contextmanager
def _held(command: list[str], image: str) -> Iterator[None]:
    """It answers with the line that it was given, so it is there."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    given, answer, complaints = (cast("IO[bytes]", one) for one in (process.stdin, process.stdout, process.stderr))
    try:
        with contextlib.suppress(BrokenPipeError):
            given.write(b"\n")
            given.flush()
        if not answer.readline():
            lines = complaints.read().decode(errors="replace").strip().splitlines()
            raise BackupError(f"image {image} cannot be started here: {' / '.join(lines[-2:])[:300] or 'it ended without a word'}")
        yield
    finally:
        with contextlib.suppress(BrokenPipeError):
            given.close()
        process.wait()
        answer.close()
        complaints.close()


def command(name: str, image: str) -> list[str]:
    """Pure. No secret is in it: the server has none."""
    words = ["docker", "run", "--quiet", "--interactive", "--rm", "--init", "--name", name, "--label", "echodiary.infra=restore-test"]
    words += ["--network", "none", "--read-only", "--volume", _VOLUME, "--shm-size", "256m", "--cap-drop", "ALL"]
    words += ["--security-opt", "no-new-privileges", "--log-driver", "none", "--user", "postgres", "--pids-limit", "512"]
    return [*words, "--entrypoint", "timeout", image, str(_HOURS * 3600), "cat"]


def _pid(name: str) -> int:
    done = _run(["docker", "inspect", "--format", "{{.State.Pid}}", name])
    if done.returncode:
        raise BackupError(f"{name} has ended as soon as it was started: {_said(done)}")
    return int(done.stdout)


def _serve(server: Server) -> None:
    settings = " ".join(f"-c {name}='{value}'" for name, value in _SETTINGS.items())
    _must(server.inside("sh", "-c", f"postgres -D {_DATA} {settings} >{_LOG} 2>&1 &"), "PostgreSQL cannot be started")
    end = time.monotonic() + _START_TIME
    while _run(server.client("pg_isready")).returncode:
        if time.monotonic() > end:
            log = _run(server.inside("tail", "-n", "3", _LOG)).stdout
            raise BackupError(f"PostgreSQL does not start in {server.name}: {' / '.join(log.splitlines())}")
        time.sleep(0.1)


def remove(name: str) -> None:
    """With its volume; one that is not there is gone already."""
    _run(["docker", "rm", "--force", "--volumes", name])


def _must(command: list[str], what: str) -> None:
    done = _run(command)
    if done.returncode:
        raise BackupError(f"{what}: {_said(done)}")


def _run(command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise BackupError("docker is not on this host: converge role docker, or have the restore tested by a host that has it") from error


def _said(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return " / ".join(lines[-2:])[:300] or f"exit {done.returncode} without a word"
