# SPDX-License-Identifier: GPL-3.0-or-later
"""Seven nights of a diary saved into one object store, by role backup and by ``pg_dump | gzip`` with an upload: seconds, and bytes kept.

All dump with the same image, through the same network, from the same server, and are restored into the same server.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import secrets
import statistics
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import docker

from tests.integration import lab_images, object_store
from tests.integration.backup.conftest import DATABASE_PASSWORD, Database, Host
from tests.integration.object_store import Store
from tests.integration.postgres import waited

RESULTS = Path(__file__).parent / "results"
NIGHTS = 7
#: share of the rows that a day adds; those that a day edits are among its newest
GROWTH, EDITED, AMONG = 0.01, 600, 3600
WORDS, LETTERS = 20_000, "abcdefghijklmnoprstuvwyz가나다라마바사"
#: where a dump lies before its upload, seen by this process and by the host
DUMPS = "/var/tmp/dumps"
SOCKET = "/var/run/docker.sock"


class Night(NamedTuple):
    """Wall clock in seconds: to save, and to have all of it back in a new database; bytes in the store afterwards."""

    save: float
    restore: float
    stored: int


class Contender(Protocol):
    name: str

    def save(self, night: int) -> None: ...

    def restore(self, night: int, database: str) -> None: ...

    #: where all of its nights are in the bucket
    prefix: str


class Server(Database):
    """The database that is saved: entries of words as people use them, few often and many seldom."""

    def __init__(self, container: Any, rows: int) -> None:
        super().__init__(container)
        self.random, self.last = random.Random(20_26), 0
        # As long as a word of a language is; its frequency falls with its rank.
        self.words = ["".join(self.random.choices(LETTERS, k=self.random.randint(2, 9))) for _ in range(WORDS)]
        self.weights = [1 / rank for rank in range(1, WORDS + 1)]
        self.sql(f"CREATE ROLE diary LOGIN PASSWORD '{DATABASE_PASSWORD}'", "postgres")
        self.sql("CREATE DATABASE diary OWNER diary", "postgres")
        columns = "id bigint PRIMARY KEY, made timestamptz NOT NULL DEFAULT now(), body text NOT NULL"
        self.sql(f"SET ROLE diary; CREATE TABLE entries ({columns})")
        self.add(rows)

    def add(self, count: int) -> None:
        lines = "".join(f"{self.last + number}\t{self._text()}\n" for number in range(1, count + 1))
        self.last += count
        self._put("rows", lines.encode())
        self.sql("COPY entries (id, body) FROM '/tmp/rows'")

    def day(self) -> None:
        """What people write, and what they write over: the old rests."""
        self.add(int(self.last * GROWTH))
        edited = self.random.sample(range(self.last - AMONG, self.last + 1), EDITED)
        changes = "".join(f"{number}\t{self._text()}\n" for number in edited)
        self._put("edits", changes.encode())
        self.sql("CREATE TEMP TABLE edits (id bigint, body text); COPY edits FROM '/tmp/edits';"
                 "UPDATE entries SET body = edits.body FROM edits WHERE entries.id = edits.id")  # fmt: skip

    def content(self, database: str) -> str:
        return self.sql("SELECT count(*) || ' ' || md5(string_agg(md5(e::text), '' ORDER BY id)) FROM entries e", database)

    def size(self) -> int:
        return int(self.sql("SELECT pg_database_size('diary')"))

    def _text(self) -> str:
        return " ".join(self.random.choices(self.words, self.weights, k=self.random.randint(40, 160)))

    def _put(self, name: str, content: bytes) -> None:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            tar.addfile(member, io.BytesIO(content))
        self.container.put_archive("/tmp", buffer.getvalue())


class Ours:
    name, prefix = "role backup", "ours/"

    def __init__(self, host: Host) -> None:
        self.host = host
        host.good("init")

    def save(self, night: int) -> None:
        self.host.good("run", "database")

    def restore(self, night: int, database: str) -> None:
        well(self.host, f"echodiary-backup fetch database --to - | {into(self.host)} pg_restore --no-owner -d {database}")


class Plain:
    """A dump in a file, then its upload, as scripts do it."""

    def __init__(self, name: str, dump: str, restore: str, host: Host, place: Path, store: Store) -> None:
        self.name, self.prefix, self.host, self.place, self.bucket = name, f"{name.split()[-1]}/", host, place, store.bucket
        self.dump, self.back, self.client = dump, restore, store.client(store.keys.pruner)

    def save(self, night: int) -> None:
        database = self.host.config["jobs"]["database"]["database"]
        address = f"postgresql://{database['user']}@{database['host']}/{database['name']}?sslmode=disable"
        run = f"docker run --rm --env PGPASSWORD --entrypoint pg_dump {database['image']}"
        well(self.host, f"PGPASSWORD={database['password']} {run} {self.dump.format(address)} > {DUMPS}/night")
        self.client.upload_file(str(self.place / "night"), self.bucket, f"{self.prefix}{night}")

    def restore(self, night: int, database: str) -> None:
        self.client.download_file(self.bucket, f"{self.prefix}{night}", str(self.place / "night"))
        well(self.host, self.back.format(f"{DUMPS}/night", into(self.host), database))


def contenders(host: Host, place: Path, store: Store) -> list[Contender]:
    return [
        Ours(host),
        Plain("pg_dump and gzip", "{0} | gzip", "gunzip -c {0} | {1} psql -Xq -d {2}", host, place, store),
        Plain("pg_dump and zstd", "--format=custom --compress=zstd:3 {0}", "{1} pg_restore --no-owner -d {2} < {0}", host, place, store),
    ]


def into(host: Host) -> str:
    """The beginning of a command beside the server, with whatever program of PostgreSQL's follows."""
    return f"docker exec --interactive --user postgres {host.config['server']}"


def well(host: Host, script: str) -> None:
    done = host.container.exec_run(["bash", "-o", "pipefail", "-c", script], demux=True)
    if done.exit_code:
        raise SystemExit(f"{script}: {done.output}")


def nights(server: Server, store: Store, found: list[Contender]) -> dict[str, list[Night]]:
    """In turn, another one first each night. What comes back has to be what is there."""
    measured: dict[str, list[Night]] = {one.name: [] for one in found}
    for night in range(1, NIGHTS + 1):
        for one in found[night % len(found) :] + found[: night % len(found)]:
            began = time.monotonic()
            one.save(night)
            saved = time.monotonic() - began
            server.sql("CREATE DATABASE back TEMPLATE template0", "postgres")
            began = time.monotonic()
            one.restore(night, "back")
            restored = time.monotonic() - began
            if server.content("back") != server.content("diary"):
                raise SystemExit(f"{one.name}, night {night}: what came back is not what was saved")
            server.sql("DROP DATABASE back", "postgres")
            measured[one.name].append(Night(saved, restored, stored(store, one.prefix)))
        print(f"night {night} of {NIGHTS}: {server.size() / 1e6:.0f} MB")
        server.day()
    return measured


def stored(store: Store, prefix: str) -> int:
    pages = store.client(store.keys.pruner).get_paginator("list_objects_v2").paginate(Bucket=store.bucket, Prefix=prefix)
    return sum(one["Size"] for page in pages for one in page.get("Contents", []))


@contextmanager
def servers(rows: int) -> Iterator[tuple[Server, Store, list[Contender]]]:
    client, number = docker.from_env(), os.getpid()
    made: list[Any] = []
    with object_store.running("bench") as store, tempfile.TemporaryDirectory() as folder:
        try:
            made.append(client.containers.run(lab_images.service("postgres"), name=f"echodiary-bench-db-{number}", detach=True))
            server = Server(waited(made[0]), rows)
            volumes = {SOCKET: {"bind": SOCKET, "mode": "rw"}, folder: {"bind": DUMPS, "mode": "rw"}}
            image, idle, name = lab_images.restic(), ["sleep", "infinity"], f"echodiary-bench-host-{number}"
            made.append(client.containers.run(image, idle, name=name, hostname="host1", volumes=volumes, init=True, detach=True))
            host = Host(made[1], {**config(store), "server": made[0].name, "jobs": {"database": server.job}})
            yield server, store, contenders(host, Path(folder), store)
        finally:
            for one in made:
                one.remove(force=True, v=True)


def config(store: Store) -> dict[str, Any]:
    return {
        "repository": f"s3:{store.endpoint}/{store.bucket}/{Ours.prefix}",
        "password": secrets.token_urlsafe(20),
        "access_key": store.keys.hosts.access,
        "secret_key": store.keys.hosts.secret,
        "ca_certificate": "",
        "environment": "bench",
        "host": "host1",
        "textfiles": "",
        "prune": False,
    }


def table(measured: dict[str, list[Night]], size: int, rows: int) -> str:
    lines = [f"{NIGHTS} nights; {size / 1e6:.0f} MB and {rows} rows at the end", ""]
    lines += ["| | first night, s | a night, s (median) | restore, s (median) | stored, all nights, MB |", "|---|---|---|---|---|"]
    for name, values in measured.items():
        later, back = (statistics.median(column) for column in ([one.save for one in values[1:]], [one.restore for one in values]))
        lines.append(f"| {name} | {values[0].save:.1f} | {later:.1f} | {back:.1f} | {values[-1].stored / 1e6:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=120_000)
    with servers(parser.parse_args().rows) as (server, store, found):
        measured = nights(server, store, found)
        text = table(measured, server.size(), server.last)
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    values = {name: [one._asdict() for one in column] for name, column in measured.items()}
    (RESULTS / f"backups-{stamp}.json").write_text(json.dumps(values, indent=1))
    (RESULTS / f"backups-{stamp}.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
