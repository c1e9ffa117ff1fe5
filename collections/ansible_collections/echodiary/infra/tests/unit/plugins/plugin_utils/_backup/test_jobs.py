# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs of an inventory: what is none is refused by name, and nobody says twice where a database is."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._backup import databases, jobs
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import declared

#: nobody said anything of it
UNTRIED = {"schedule": "", "image": "", "least_rows": 0.9, "release": "available", "ready": "", "read": "", "environment": {}}
UNSEEN = {"schedule": "", "image": "", "timeout": 14400, "heapallindexed": True}
NIGHT = "*-*-* 02:30:00"
GOOD: dict[str, Any] = {
    "database": {"kind": "postgres", "component": "my.shop.shop", "schedule": NIGHT},
    "queue": {"kind": "redis", "host": "cache", "schedule": NIGHT, "password": "p"},
    "files": {"kind": "path", "paths": ["/srv/files"], "schedule": NIGHT, "hours": 50},
}
#: where they go, and where their metrics are left
PLACES = ("s3:https://store/backups", "/textfiles")
SECRETS = "/etc/echodiary/backup"
SHOP: Any = {"host": "db", "name": "shop", "user": "serve", "password": "s", "sslmode": "disable", "backup": {"image": "postgres:17"}}


def test_jobs_are_completed_for_the_program() -> None:
    database = {"host": "db", "sslmode": "disable", "ca_certificate": ""}
    found = jobs.completed(GOOD, {"my.shop.shop": database})
    assert found["database"] == {
        "kind": "postgres", "hours": 26.0, "component": "shop", "database": database, "restore_test": UNTRIED, "amcheck": UNSEEN,
    }  # fmt: skip
    assert found["queue"] == {"kind": "redis", "hours": 26.0, "host": "cache", "port": 6379, "user": "", "password": "p", "tls": False}
    assert found["files"] == {"kind": "path", "hours": 50.0, "paths": ["/srv/files"], "volumes": []}
    assert jobs.components(GOOD) == ["my.shop.shop"]


def test_their_ages_are_told_by_what_the_program_leaves() -> None:
    found = jobs.ages(GOOD, "/textfiles")
    assert found["backup of shop (job database)"] == {"file": "/textfiles/backup_job_database.prom", "hours": 26.0}
    assert (
        set(found) == {"backup of shop (job database)", "backup of queue", "backup of files"} and found["backup of files"]["hours"] == 50.0
    )
    assert jobs.ages(GOOD, "")["backup of queue"]["file"].startswith("/nonexistent/")


def test_a_server_that_is_to_be_authenticated_needs_an_authority() -> None:
    told = {"my.shop.shop": {"host": "db", "sslmode": "verify-full", "ca_certificate": ""}}
    with pytest.raises(SpecError, match="backup_database_ca_certificate"):
        jobs.completed(GOOD, told)
    assert jobs.completed(GOOD, told, "/etc/ca.pem")["database"]["database"] == {**told["my.shop.shop"], "ca_certificate": "/etc/ca.pem"}


def test_each_has_a_timer() -> None:
    found = jobs.timers(GOOD, *PLACES)
    assert sorted(found) == ["echodiary-backup-database", "echodiary-backup-files", "echodiary-backup-queue"]
    assert found["echodiary-backup-queue"]["command"] == ["/usr/local/sbin/echodiary-backup", "run", "queue"]
    assert found["echodiary-backup-queue"]["schedule"] == NIGHT


def test_each_sees_what_it_saves_and_writes_where_its_metrics_and_its_repository_are() -> None:
    found = jobs.timers({**GOOD, "data": {"kind": "path", "volumes": ["data"], "schedule": NIGHT}}, *PLACES)
    reads = {name.removeprefix("echodiary-backup-"): timer["reads"] for name, timer in found.items()}
    assert reads == {
        "database": [SECRETS, "/run/docker.sock", "/root/.docker"],
        "queue": [SECRETS],
        "files": [SECRETS, "/srv/files"],
        "data": [SECRETS, "/run/docker.sock", "/root/.docker", "/var/lib/docker/volumes"],
    }
    assert found["echodiary-backup-queue"]["writes"] == ["/run/echodiary", "/var/cache/echodiary/restic", "/textfiles"]
    assert jobs.writes("/srv/backups/", "")[2:] == ["/srv/backups"]
    assert jobs.writes("/srv/backups", "", makes=True)[2:] == ["/srv"], "it is not there yet"


def test_a_live_database_is_looked_through_when_its_job_says_so() -> None:
    found = jobs.timers({"database": {**GOOD["database"], "amcheck": {"schedule": "Sun *-*-* 05:00:00", "timeout": 600}}}, *PLACES)
    timer = found["echodiary-amcheck-database"]
    assert (timer["schedule"], timer["timeout"]) == ("Sun *-*-* 05:00:00", 600)
    assert timer["command"] == ["/usr/local/sbin/echodiary-backup", "amcheck", "database"]


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"a": {"kind": "mysql", "schedule": NIGHT}}, "mysql"),
        ({"a": {"kind": "postgres", "schedule": NIGHT}}, "component"),
        ({"a": {"kind": "path", "schedule": NIGHT}}, "paths or volumes"),
        ({"a": {"kind": "path", "paths": ["/x"]}}, "schedule"),
        ({"a": {"kind": "redis", "host": "h", "schedule": NIGHT, "paths": ["/x"]}}, "paths"),
        ({"deploy": {"kind": "path", "paths": ["/x"], "schedule": NIGHT}}, "'deploy' is taken"),
        ({"A b": {"kind": "path", "paths": ["/x"], "schedule": NIGHT}}, "'A b' is no name"),
        ({"a": {"kind": "path", "paths": ["/x"], "schedule": NIGHT, "hours": 0}}, "hours"),
        ({"a": {**GOOD["database"], "restore_test": {"release": "always"}}}, "always"),
        ({"a": {**GOOD["database"], "restore_test": {"read": "entries"}}}, "read 'entries' has to begin with /"),
        ({"a": {**GOOD["database"], "amcheck": {"schedule": NIGHT, "timeout": 0}}}, "amcheck: timeout"),
        ({"a": {**GOOD["database"], "amcheck": {"parent_check": True}}}, "parent_check"),
        ({"a": {**GOOD["files"], "amcheck": {"schedule": NIGHT}}}, "amcheck"),
        ({"a": "nightly"}, "a has to be a mapping"),
        (["a"], "list"),
    ],
)
def test_what_is_no_job_is_refused_by_name(given: Any, word: str) -> None:
    with pytest.raises(SpecError, match="backup_jobs") as error:
        jobs.checked(given)
    assert word in str(error.value)


def test_the_owner_saves_where_there_is_one() -> None:
    found = databases.told(declared.read("shop", {**SHOP, "migrate": {"user": "owner", "password": "o"}}))
    assert (found["user"], found["password"], found["image"], found["port"]) == ("owner", "o", "postgres:17", 5432)
    assert databases.told(declared.read("shop", SHOP))["user"] == "serve"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"host": ""}, "database: host"),
        ({"password": ""}, "database: password"),
        ({"backup": {"method": "rds", "instance": "i"}}, "database: backup: image"),
    ],
)
def test_what_a_dump_needs_and_nobody_declared_is_named(change: Any, word: str) -> None:
    with pytest.raises(SpecError, match=word):
        databases.told(declared.read("shop", {**SHOP, **change}))


def test_a_restore_is_tried_by_the_clock_where_that_is_declared() -> None:
    job = {"kind": "postgres", "component": "shop", "schedule": "daily"}
    assert list(jobs.timers({"database": job}, *PLACES)) == ["echodiary-backup-database"]
    tried = jobs.timers({"database": {**job, "restore_test": {"schedule": "monthly"}}}, *PLACES)["echodiary-restore-test-database"]
    assert (tried["schedule"], tried["command"]) == ("monthly", [jobs.PROGRAM, "restore-test", "database"])
    with pytest.raises(SpecError, match="least_rows is a share"):
        jobs.timers({"database": {**job, "restore_test": {"least_rows": 90}}}, *PLACES)
