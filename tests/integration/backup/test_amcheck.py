# SPDX-License-Identifier: GPL-3.0-or-later
"""Damage of a live database that no dump sees is found by name; a lock or a right that lacks is told, and not taken for it."""

from __future__ import annotations

import contextlib
import io
import tarfile
from collections.abc import Callable, Iterator
from typing import Any

import docker
import pytest

from tests.integration import lab_images
from tests.integration.backup import conftest
from tests.integration.backup.conftest import Database, Host
from tests.integration.backup.passwords import DATABASE_PASSWORD

Hosts = Callable[..., Host]


@pytest.fixture(scope="module")
def live() -> Iterator[Database]:
    """A database of its own: it is stopped, and damaged."""
    container = docker.from_env().containers.run(lab_images.service("postgres"), detach=True)
    try:
        conftest.until(lambda: container.exec_run(["pg_isready", "-h", "127.0.0.1"]).exit_code == 0)
        found = Database(container)
        found.sql(f"CREATE ROLE diary LOGIN PASSWORD '{DATABASE_PASSWORD}'", "postgres")
        found.sql("CREATE DATABASE diary OWNER diary", "postgres")
        for table in ("entries", "notes"):
            found.sql(f"SET ROLE diary; CREATE TABLE {table} (id bigint, title text NOT NULL)")
            found.sql(f"SET ROLE diary; INSERT INTO {table} SELECT n, 'title ' || n FROM generate_series(1, 3000) n")
        found.sql('SET ROLE diary; CREATE INDEX "by title" ON entries (title)')
        yield found
    finally:
        container.remove(force=True, v=True)


def overwrite(live: Database, relation: str, change: Callable[[bytearray], None]) -> None:
    """On the disk, as a storage that lies would."""
    live.sql("CHECKPOINT", "postgres")
    path = live.sql(f"SELECT current_setting('data_directory') || '/' || pg_relation_filepath('{relation}')")
    live.container.stop()
    archive, _ = live.container.get_archive(path)
    with tarfile.open(fileobj=io.BytesIO(b"".join(archive))) as tar:
        member = tar.getmembers()[0]
        extracted = tar.extractfile(member)
        assert extracted
        content = bytearray(extracted.read())
    change(content)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(member, io.BytesIO(bytes(content)))
    live.container.put_archive(path.rpartition("/")[0], buffer.getvalue())
    live.container.start()
    conftest.until(lambda: live.container.exec_run(["pg_isready", "-h", "127.0.0.1"]).exit_code == 0)


def out_of_order(page: bytearray) -> None:
    at = page.index(b"title 1500")
    page[at : at + 1] = b"z"


def lost_header(page: bytearray) -> None:
    """The first row of the second page says that its data begins behind its end."""
    row = int.from_bytes(page[8192 + 24 : 8192 + 28], "little") & 0x7FFF
    page[8192 + row + 22] = 200


@contextlib.contextmanager
def locked(live: Database, table: str) -> Iterator[None]:
    """As a migration that does not end holds it."""
    hold = f"BEGIN; LOCK {table} IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(120)"
    live.container.exec_run(["psql", "-d", "diary", "-c", hold], user="postgres", detach=True)
    holder = f"FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = '{table}'::regclass"
    conftest.until(lambda: live.sql(f"SELECT count(*) {holder}") == "1")
    yield
    live.sql(f"SELECT pg_terminate_backend(pid) {holder}")


def value(host: Host, name: str) -> float | None:
    lines = [line for line in host.metrics().splitlines() if line.startswith(f"echodiary_amcheck_{name}{{")]
    return float(lines[0].rpartition(" ")[2]) if lines else None


def job(live: Database, **given: Any) -> dict[str, Any]:
    database = {**live.job["database"], "host": conftest.address(live.container)}
    return {"database": {**live.job, "database": database, "amcheck": {"schedule": "weekly", "image": "", "heapallindexed": True, **given}}}


def test_damage_of_a_live_database_is_found_by_name(hosts: Hosts, live: Database) -> None:
    host = hosts(job(live))

    said = host.refused("amcheck", "database")
    assert "it lacks extension amcheck" in said and value(host, "ok") is None, "nothing was looked at"
    wanted = said.partition("administrator: ")[2].partition(" Then")[0]
    live.sql(wanted)
    first = host.good("amcheck", "database")
    assert f"diary at {conftest.address(live.container)} is whole" in first and " 0 relations" not in first
    assert value(host, "ok") == 1
    success = value(host, "last_success_timestamp_seconds") or 0
    assert success > 1.7e9 and value(host, "seconds") is not None

    live.sql("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA amcheck FROM diary; REVOKE USAGE ON SCHEMA amcheck FROM diary")
    said = host.refused("amcheck", "database")
    assert "may not be called" in said and value(host, "ok") == 1, "a right that lacks is no damage"
    live.sql(said.partition("administrator: ")[2].partition(" Then")[0])

    with locked(live, "entries"):
        host.tell(jobs=job(live, timeout=1))
        said = host.refused("amcheck", "database")
    assert "not all of it could be looked at" in said and "public.entries" in said
    assert value(host, "ok") == 1 and value(host, "last_success_timestamp_seconds") == success, (
        "a lock is no damage, and nothing was seen either"
    )

    overwrite(live, '"by title"', out_of_order)
    host.tell(jobs=job(live))
    said = host.refused("amcheck", "database")
    assert "is damaged: btree index public.by title" in said and "notes" not in said, said
    assert value(host, "ok") == 0 and value(host, "last_success_timestamp_seconds") == success
    assert live.sql("SELECT count(*) FROM entries") == "3000", "what reads the table alone, as a dump does, sees nothing"

    live.sql('REINDEX INDEX "by title"')
    host.good("amcheck", "database")
    assert value(host, "ok") == 1

    overwrite(live, "notes", lost_header)
    host.tell(jobs=job(live))
    said = host.refused("amcheck", "database")
    assert "is damaged: heap table public.notes" in said and "entries" not in said, said
    assert value(host, "ok") == 0
    assert DATABASE_PASSWORD not in said + host.metrics()
