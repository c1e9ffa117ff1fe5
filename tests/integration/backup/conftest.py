# SPDX-License-Identifier: GPL-3.0-or-later
"""An object store of the tests' own, servers that are saved, and hosts with the program of role backup, without its timers."""

from __future__ import annotations

import io
import itertools
import json
import os
import secrets
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.integration import lab_images, object_store
from tests.integration.backup.passwords import DATABASE_PASSWORD, REDIS_PASSWORD
from tests.integration.object_store import Store

TREE = Path(__file__).parents[3] / "collections/ansible_collections/echodiary/infra/roles/backup/tree/usr/local"
TEXTFILES = "/var/lib/node_exporter/textfile"
_numbers = itertools.count(1)


class Done:
    """How a command ended."""

    def __init__(self, code: int, output: tuple[bytes | None, bytes | None]) -> None:
        self.code, self.out, self.said = code, *((part or b"").decode(errors="replace").strip() for part in output)


class Host:
    """One that saves: restic, the program, and its file of jobs."""

    def __init__(self, container: Any, config: dict[str, Any]) -> None:
        self.container, self.config = container, config
        self.put("/usr/local", {path.relative_to(TREE).as_posix(): path for path in TREE.rglob("*") if path.is_file()})
        self.shell(f"mkdir -p -m 0700 /etc/echodiary/backup && mkdir -p {TEXTFILES}")
        self.tell()

    def put(self, place: str, files: dict[str, Path | bytes]) -> None:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            for name, file in files.items():
                content = file if isinstance(file, bytes) else file.read_bytes()
                member = tarfile.TarInfo(name)
                member.size, member.mode = len(content), 0o755 if name.startswith("sbin/") else 0o600
                tar.addfile(member, io.BytesIO(content))
        self.container.put_archive(place, buffer.getvalue())

    def tell(self, **more: Any) -> None:
        """Its file of jobs, as it is or with other values."""
        self.put("/etc/echodiary/backup", {"jobs.json": json.dumps({**self.config, **more}).encode()})

    def shell(self, script: str) -> Done:
        done = self.container.exec_run(["sh", "-c", script], demux=True)
        return Done(done.exit_code, done.output)

    def backup(self, *words: str) -> Done:
        done = self.container.exec_run(["echodiary-backup", *words], demux=True)
        return Done(done.exit_code, done.output)

    def good(self, *words: str) -> str:
        done = self.backup(*words)
        assert done.code == 0, done.said
        return str(done.out)

    def refused(self, *words: str) -> str:
        """The one line that says why; restic's own lines may stand above it."""
        done = self.backup(*words)
        assert done.code == 1, (done.out, done.said)
        line = str(done.said).splitlines()[-1]
        assert line.startswith(f"echodiary-backup {words[0]}: "), done.said
        return line

    def snapshots(self, job: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.good("list", *([job] if job else []), "--json"))
        return found

    def metrics(self) -> str:
        return str(self.shell(f"cat {TEXTFILES}/*.prom").out)


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    with object_store.running("backup") as made:
        yield made


@pytest.fixture(scope="module")
def hosts(store: Store) -> Iterator[Callable[..., Host]]:
    """Makes hosts, each with a repository of its own unless it is given that of another."""
    client, made = docker.from_env(), []
    sockets = ["/var/run/docker.sock:/var/run/docker.sock"]

    def make(jobs: dict[str, Any], like: Host | None = None, run: dict[str, Any] | None = None, **more: Any) -> Host:
        number = next(_numbers)
        name = f"echodiary-backup-test-{os.getpid()}-{number}"
        given = {"volumes": sockets, "detach": True, "init": True, **(run or {})}
        container = client.containers.run(lab_images.restic(), ["sleep", "infinity"], name=name, hostname=f"host{number}", **given)
        made.append(container)
        config = like.config if like else config_of(store, f"repository{number}")
        return Host(container, {**config, "host": f"host{number}", "jobs": jobs, **more})

    yield make
    for container in made:
        container.remove(force=True, v=True)


def config_of(store: Store, repository: str) -> dict[str, Any]:
    keys = store.keys
    return {
        "repository": f"s3:{store.endpoint}/{store.bucket}/{repository}",
        "password": secrets.token_urlsafe(20),
        "access_key": keys.hosts.access,
        "secret_key": keys.hosts.secret,
        "prune": True,
        "prune_access_key": keys.pruner.access,
        "prune_secret_key": keys.pruner.secret,
        "ca_certificate": "",
        "environment": "test",
        "textfiles": TEXTFILES,
    }


class Database:
    """A PostgreSQL with rows."""

    def __init__(self, container: Any) -> None:
        self.container = container
        self.address = address(container)
        self.job = {
            "kind": "postgres",
            "hours": 26,
            "component": "diary",
            "database": {
                "host": self.address,
                "port": 5432,
                "name": "diary",
                "user": "diary",
                "password": DATABASE_PASSWORD,
                "sslmode": "disable",
                "ca_certificate": "",
                "image": lab_images.service("postgres-client"),
            },
        }

    def sql(self, query: str, database: str = "diary") -> str:
        done = self.container.exec_run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", query], user="postgres")
        assert done.exit_code == 0, done.output
        return str(done.output.decode()).strip()

    def rows(self, database: str = "diary") -> str:
        return self.sql("SELECT count(*) || ' ' || md5(string_agg(e::text, ',' ORDER BY id)) FROM entries e", database)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    container = docker.from_env().containers.run(lab_images.service("postgres"), name=f"echodiary-backup-db-{os.getpid()}", detach=True)
    try:
        until(lambda: container.exec_run(["pg_isready", "-h", "127.0.0.1"]).exit_code == 0)
        found = Database(container)
        found.sql(f"CREATE ROLE diary LOGIN PASSWORD '{DATABASE_PASSWORD}'", "postgres")
        found.sql("CREATE DATABASE diary OWNER diary", "postgres")
        found.sql("SET ROLE diary; CREATE TABLE entries (id bigint PRIMARY KEY, title text NOT NULL)")
        found.sql("SET ROLE diary; INSERT INTO entries SELECT n, 'title ' || n FROM generate_series(1, 3000) n")
        yield found
    finally:
        container.remove(force=True, v=True)


@pytest.fixture(scope="module")
def cache() -> Iterator[dict[str, Any]]:
    """A Redis that wants a password; the job that saves it."""
    command = ["redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--requirepass", REDIS_PASSWORD, "--dir", "/tmp"]
    container = docker.from_env().containers.run(
        lab_images.service("redis"), command, name=f"echodiary-backup-redis-{os.getpid()}", detach=True
    )
    try:
        cli = ["redis-cli", "--no-auth-warning", "-a", REDIS_PASSWORD]
        until(lambda: container.exec_run([*cli, "PING"]).output.strip() == b"PONG")
        container.exec_run([*cli, "EVAL", "for i=1,500 do redis.call('SET','key:'..i,i) end", "0"])
        job = {"kind": "redis", "hours": 26, "host": address(container), "port": 6379, "user": "", "password": REDIS_PASSWORD, "tls": False}
        yield job
    finally:
        container.remove(force=True, v=True)


def address(container: Any) -> str:
    container.reload()
    return str(next(iter(container.attrs["NetworkSettings"]["Networks"].values()))["IPAddress"])


def until(question: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end
        time.sleep(0.2)
