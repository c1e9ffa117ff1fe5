# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest snapshot comes back into a server that nobody reaches, and each way in which it is not good enough has a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import docker
import pytest

from tests.integration.backup.conftest import Database, Host
from tests.integration.backup.passwords import DATABASE_PASSWORD
from tests.integration.object_store import Store

Hosts = Callable[..., Host]


@pytest.fixture
def saved(hosts: Hosts, database: Database) -> Iterator[Host]:
    database.sql("SET ROLE diary; CREATE TABLE notes (id int PRIMARY KEY); INSERT INTO notes SELECT generate_series(1, 200)")
    host = hosts({"database": {**database.job, "restore_test": {"schedule": "monthly", "image": "", "least_rows": 0.9}}})
    host.good("init")
    host.good("run", "database")
    yield host
    database.sql("DROP TABLE IF EXISTS notes, later; DROP TABLE IF EXISTS alembic_version")
    assert left() == [], "nothing of a test stays"


def left() -> list[str]:
    """Of this job: one Docker serves all who test on this machine."""
    own = {"name": "^/?echodiary-restore-test-database"}
    return [one.name for one in docker.from_env().containers.list(all=True, filters=own, ignore_removed=True)]


def value(host: Host, name: str, **labels: str) -> float | None:
    wanted = [f'{key}="{one}"' for key, one in labels.items()]
    lines = [
        line
        for line in host.metrics().splitlines()
        if line.startswith(f"echodiary_restore_test_{name}{{") and all(w in line for w in wanted)
    ]
    return float(lines[0].rpartition(" ")[2]) if lines else None


def test_what_was_saved_comes_back_and_its_time_and_age_are_told(saved: Host) -> None:
    said = saved.good("restore-test", "database")
    assert "3200 rows in 2 tables were back in" in said
    assert value(saved, "rows") == 3200 and (value(saved, "last_success_timestamp_seconds") or 0) > 1.7e9
    assert all(value(saved, "seconds", phase=phase) is not None for phase in ("start", "restore", "check"))
    assert 0 <= (value(saved, "backup_age_seconds") or -1) < 600
    assert DATABASE_PASSWORD not in said + saved.metrics()


def test_each_way_of_not_being_good_enough_has_a_name(saved: Host, database: Database) -> None:
    saved.good("restore-test", "database")
    success = value(saved, "last_success_timestamp_seconds")
    cases = {
        "tables": ("CREATE TABLE later (id int)", "DROP TABLE later", "public.later lives and is not in the snapshot"),
        "rows": (
            "INSERT INTO notes SELECT generate_series(201, 900)",
            "DELETE FROM notes WHERE id > 200",
            "public.notes has 200 of 900 rows",
        ),
        "revision": (
            "CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('0009')",
            "",
            "revision none, and what lives at 0009",
        ),
    }
    for check, (before, after, words) in cases.items():
        database.sql(f"SET ROLE diary; {before}")
        said = saved.refused("restore-test", "database")
        assert f"{check}: " in said and words in said, said
        assert value(saved, "ok", check=check) == 0 and value(saved, "ok", check="snapshot") == 1
        if after:
            database.sql(f"SET ROLE diary; {after}")
    assert value(saved, "last_success_timestamp_seconds") == success, "what failed is no success, and does not take the last one away"


def test_a_snapshot_that_is_damaged_does_not_come_back(saved: Host, store: Store) -> None:
    prefix = saved.config["repository"].rpartition("/")[2]
    client = store.client(store.keys.pruner)
    packs = client.list_objects_v2(Bucket=store.bucket, Prefix=f"{prefix}/data/")["Contents"]
    largest = max(packs, key=lambda one: one["Size"])["Key"]
    body = bytearray(client.get_object(Bucket=store.bucket, Key=largest)["Body"].read())
    body[len(body) // 2] ^= 1
    client.put_object(Bucket=store.bucket, Key=largest, Body=bytes(body))
    said = saved.refused("restore-test", "database")
    assert "does not come back" in said
    assert value(saved, "ok", check="snapshot") == 0


@pytest.mark.full
def test_a_live_database_that_is_gone_is_no_reason_not_to_try(saved: Host) -> None:
    job = saved.config["jobs"]["database"]
    gone: dict[str, Any] = {**job, "database": {**job["database"], "host": "192.0.2.1"}}
    saved.tell(jobs={"database": gone})
    said = saved.good("restore-test", "database")
    assert "3200 rows" in said and "192.0.2.1 did not answer" in said
