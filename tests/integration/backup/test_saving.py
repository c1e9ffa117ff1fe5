# SPDX-License-Identifier: GPL-3.0-or-later
"""What was saved comes back on a host that has nothing but bucket, key and password; what failed leaves nothing; nobody sees a password."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import docker
import pytest

from tests.integration.backup.conftest import Database, Host
from tests.integration.backup.passwords import DATABASE_PASSWORD, REDIS_PASSWORD
from tests.integration.object_store import Store

Hosts = Callable[..., Host]
FILES = {"kind": "path", "hours": 26, "paths": ["/srv/files"], "volumes": []}


def test_a_database_comes_back_on_a_fresh_host(hosts: Hosts, database: Database) -> None:
    jobs = {"database": database.job}
    saved = hosts(jobs)
    assert "drawer" in saved.good("init")
    assert "is there" in saved.good("init")
    was = database.rows()
    assert json.loads(saved.good("count", "database"))["tables"] == {"public.entries": 3000}
    saved.good("run", "database")
    (snapshot,) = saved.snapshots("database")
    assert snapshot["tags"] == ["database", "scheduled", "monthly"]
    assert 'echodiary_backup_snapshots{environment="test",component="diary",backup_job="database"} 1' in saved.metrics()

    fresh = hosts(jobs, like=saved)
    fresh.good("fetch", "database", "--snapshot", "latest", "--to", "/root/back.dump")
    assert fresh.shell("stat -c '%a %s' /root/back.dump").out == f"600 {snapshot['bytes']}"
    piped = fresh.shell("echodiary-backup fetch database --to - | sha256sum - /root/back.dump | cut -d' ' -f1 | uniq | wc -l")
    assert piped.out == "1"
    database.sql("CREATE DATABASE again OWNER diary", "postgres")
    archive, _ = fresh.container.get_archive("/root/back.dump")
    database.container.put_archive("/tmp", b"".join(archive))
    database.container.exec_run(["chmod", "644", "/tmp/back.dump"], user="root")
    done = database.container.exec_run(["pg_restore", "--exit-on-error", "-d", "again", "/tmp/back.dump"], user="postgres")
    assert done.exit_code == 0, done.output
    assert database.rows("again") == was


@pytest.mark.full
def test_redis_and_files_come_back(hosts: Hosts, cache: dict[str, Any]) -> None:
    saved = hosts({"queue": cache, "files": FILES})
    saved.good("init")
    saved.shell("mkdir -p /srv/files/below && echo one > /srv/files/below/a")
    saved.good("run", "queue")
    saved.good("run", "files", "--tag", "deploy")
    assert [one["tags"][1] for one in saved.snapshots()] == ["scheduled", "deploy"]
    saved.good("fetch", "queue", "--to", "/root/back.rdb")
    assert saved.shell("redis-check-rdb /root/back.rdb | grep -o '[0-9]* keys read'").out == "500 keys read"
    assert "restic restore" in saved.refused("fetch", "files", "--to", "/root/files")


def test_a_producer_that_fails_leaves_no_snapshot_and_no_metric(hosts: Hosts, database: Database) -> None:
    wrong = {**database.job, "database": {**database.job["database"], "name": "nobody"}}
    host = hosts({"database": wrong, "files": FILES})
    host.good("init")
    assert "nobody" in host.refused("run", "database")
    assert "/srv/files is not on this host" in host.refused("run", "files")
    assert host.snapshots() == []
    assert "last_success" not in host.metrics()


@pytest.mark.full
def test_a_dump_that_is_killed_half_way_leaves_no_snapshot_and_no_metric(hosts: Hosts, database: Database, store: Store) -> None:
    """Half way: some of it is in the bucket already."""
    text = "(SELECT string_agg(md5(n::text || m), '') FROM generate_series(1, 8) m)"
    database.sql(f"CREATE TABLE large AS SELECT n, {text} FROM generate_series(1, 400000) n")
    database.sql("ALTER TABLE large OWNER TO diary")
    host = hosts({"database": database.job})
    host.good("init")
    prefix = host.config["repository"].rpartition("/")[2]

    def packs() -> int:
        found = store.client(store.keys.hosts).list_objects_v2(Bucket=store.bucket, Prefix=f"{prefix}/data/")
        return len(found.get("Contents", []))

    def kill() -> None:
        end = time.monotonic() + 60
        while not packs() and time.monotonic() < end:
            time.sleep(0.05)
        for one in docker.from_env().containers.list(filters={"label": "echodiary.infra=backup"}):
            if f"PGHOST={database.address}" in one.attrs["Config"]["Env"]:
                one.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    host.refused("run", "database")
    killer.join()
    assert packs() > 0
    assert host.snapshots() == []
    assert "last_success" not in host.metrics()
    database.sql("DROP TABLE large")
    host.good("run", "database")
    assert len(host.snapshots()) == 1


def test_no_password_is_seen_while_it_runs(hosts: Hosts, database: Database, cache: dict[str, Any]) -> None:
    host = hosts({"database": database.job, "queue": cache})
    host.good("init")
    host.put("/tmp", {"sbin/watch": b"while :; do cat /proc/[0-9]*/cmdline | tr '\\0' ' '; done\n"})
    host.shell("setsid sh /tmp/sbin/watch > /tmp/cmdlines 2>/dev/null < /dev/null & echo $! > /tmp/watcher")
    inspected: list[str] = []
    over = threading.Event()

    def inspect() -> None:
        client = docker.from_env()
        while not over.is_set():
            inspected.extend(
                str(one.attrs) for one in client.containers.list(all=True, filters={"label": "echodiary.infra=backup"}, ignore_removed=True)
            )

    inspector = threading.Thread(target=inspect)
    inspector.start()
    said = [host.backup("run", job) for job in ("database", "queue")]
    over.set()
    inspector.join()
    host.shell("kill $(cat /tmp/watcher)")
    secrets = [DATABASE_PASSWORD, REDIS_PASSWORD, host.config["password"], host.config["secret_key"]]
    assert [one.code for one in said] == [0, 0], [one.said for one in said]
    lines = str(host.shell("cat /tmp/cmdlines").out)
    assert "pg_dump" in lines and "redis-cli" in lines and "restic backup" in lines
    assert any("pg_dump" in one for one in inspected)
    everything = [lines, *inspected, *(one.out + one.said for one in said), host.metrics()]
    assert [secret for secret in secrets for text in everything if secret in text] == []
    places = "/etc/echodiary /var/cache/echodiary /var/lib/node_exporter /run /tmp /root"
    patterns = " ".join(f"-e '{secret}'" for secret in secrets)
    assert host.shell(f"find {places} -type f -perm /044 2>/dev/null | xargs -r grep -lF {patterns}").out == ""
