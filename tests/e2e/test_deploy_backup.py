# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup beside a deploy: it comes, it makes nobody wait, it fails nothing, and a migration does not wait for it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import drill, fleet, releases
from tests.revisions import HEAD, NEXT

pytestmark = [pytest.mark.e2e, pytest.mark.full]

UNIT = "echodiary-deploy-backup-job-database"
PLACE = "/run/echodiary/background"
#: without what a canary is watched for, which is no matter here
QUICK: dict[str, Any] = {"deploy_rollout": [], "deploy_prometheus_host": "", "deploy_canary": 0}
#: the application's host has no job of the repository: what is saved then is a dump
NO_JOB: dict[str, Any] = {"backup_jobs": {}}
ADD_COLUMN = 'op.add_column("entries", sa.Column("saved", sa.Text(), nullable=True))'


@pytest.fixture(scope="module", autouse=True)
def released(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    drill.converge_at(HEAD, tmp_path_factory.mktemp("converge"))
    for tag in ("saved-a", "saved-b"):
        drill.publish(tag, f"ENV SAVED={tag}")
    drill.publish("saved-c", files=releases.migration(NEXT, HEAD, ADD_COLUMN))


def deploy(release: str, *words: str, **variables: Any) -> drill.Ran:
    ran = drill.run("deploy", *words, release=release, **QUICK, **variables)
    assert ran.code == 0, ran.output
    return ran


def snapshots() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(fleet.on("app1", "echodiary-backup list database --json"))
    return found


def is_active() -> bool:
    return fleet.on("app1", f"systemctl is-active {UNIT} || true").strip() in ("active", "activating")


def until(what: str, condition: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.2)


@contextlib.contextmanager
def another_run() -> Iterator[None]:
    """As if the timer's run of the job went on for as long as this does."""
    command = ["docker", "exec", f"{fleet.NAME}-app1", "flock", "/run/echodiary/backup-database.lock", "sleep", "300"]
    with subprocess.Popen(command) as holder:
        until(
            "the lock is held", lambda: fleet.on("app1", "flock -n /run/echodiary/backup-database.lock true || echo held").strip() == "held"
        )
        try:
            yield
        finally:
            fleet.on("app1", "pkill -f '^sleep 300$' || true")
            holder.wait(20)


def test_without_a_migration_it_goes_into_the_repository() -> None:
    before = len(snapshots())
    ran = deploy("saved-a")
    *_, newest = snapshots()
    assert len(snapshots()) == before + 1 and newest["tags"] == ["database", "deploy"]
    assert f"backup: database: snapshot {newest['id'][:8]}" in ran.output, ran.output
    for host in drill.APPS:
        assert newest["id"][:8] in drill.history(host)[-1]["gates"]["backup"]
    assert fleet.on("app1", f"ls -A {PLACE}; ls /run/systemd/transient 2>/dev/null | grep deploy-backup || true").strip() == ""


def test_a_preview_says_what_would_be_and_makes_nothing() -> None:
    before = len(snapshots())
    ran = deploy("saved-b", "--check")
    assert "backup: job database of app1, tagged deploy would be made while hosts roll" in " ".join(ran.output.split()), ran.output
    assert len(snapshots()) == before


def test_one_that_takes_long_goes_on_by_itself(tmp_path: Path) -> None:
    """Behind the timer's own run: the deploy does not wait, says so, and the snapshot comes once that has ended. Nothing that it is made
    with is told as what nobody declared."""
    before = len(snapshots())
    with another_run():
        ran = deploy("saved-b")
        assert "goes on by itself; on app1: systemctl status" in " ".join(ran.output.split()), ran.output
        assert is_active() and len(snapshots()) == before
        again = deploy("saved-a")
        assert "goes on for an earlier deploy" in " ".join(again.output.split()), again.output
        check = fleet.play("--check", "--limit", "app1", tmp=tmp_path)
        assert UNIT not in check.output, check.output
    until("it ended", lambda: not is_active())
    assert len(snapshots()) == before + 1


def test_one_that_fails_is_told_and_fails_nothing() -> None:
    place = "/etc/echodiary/backup/jobs.json"
    fleet.on("app1", f'cp -p {place} /root/kept && sed -i \'s/"secret_key": "[^"]*"/"secret_key": "wrong"/\' {place}')
    try:
        with drill.channel() as channel:
            ran = deploy("saved-b", deploy_webhook_url=channel.url)
    finally:
        fleet.on("app1", f"mv /root/kept {place}")
    assert "warning: no backup beside this deploy (job database of app1" in " ".join(ran.output.split()), ran.output
    assert channel.events() == ["started", "succeeded"] and "no backup beside this deploy" in channel.told[-1]["text"]
    assert "no backup beside" in drill.history()[-1]["gates"]["backup"]
    assert fleet.on("app1", "systemctl --failed --plain --no-legend").strip() == ""


def test_a_program_that_is_not_there_is_told_and_fails_nothing() -> None:
    program = "/usr/local/sbin/echodiary-backup"
    fleet.on("app1", f"mv {program} /root/program")
    try:
        ran = deploy("saved-a")
    finally:
        fleet.on("app1", f"mv /root/program {program}")
    assert f"{program} is not on this host" in " ".join(ran.output.split()), ran.output


def test_without_a_job_it_is_a_dump_and_no_secret_is_seen() -> None:
    def dumps() -> set[str]:
        return set(fleet.on("app1", "ls /var/backups/echodiary 2>/dev/null | grep ^deploy- || true").split())

    before = dumps()
    with fleet.ProcessList() as seen:
        ran = deploy("saved-b", **NO_JOB)
    assert "(a dump of echodiary on app1)" in " ".join(ran.output.split()), ran.output
    (one,) = {name.partition(".")[0] for name in dumps() - before}
    listed = drill.run("backups")
    assert one in listed.output, listed.output
    assert [name for name, value in fleet.secrets().items() if any(value in line for line in seen.lines)] == []
    assert fleet.on("app1", f"ls -A {PLACE}").strip() == ""


def hold_as_a_dump_does(seconds: int) -> None:
    """A client that holds what pg_dump holds, started as the backup of an earlier deploy is."""
    job = json.loads(fleet.on("app1", "cat /etc/echodiary/backup/jobs.json"))["jobs"]["database"]["database"]
    login = {
        "PGHOST": job["host"],
        "PGUSER": job["user"],
        "PGPASSWORD": job["password"],
        "PGDATABASE": job["name"],
        "PGSSLMODE": job["sslmode"],
    }
    fleet.on("app1", "umask 077; cat > /root/login", stdin="".join(f"{name}={value}\n" for name, value in login.items()))
    statements = "BEGIN;\nLOCK TABLE entries IN ACCESS SHARE MODE;\nSELECT 1 \\watch i=0.2\n"
    fleet.on("app1", "cat > /root/hold.sql; chmod 644 /root/hold.sql", stdin=statements)
    where = "--rm --init --name stuck --env-file /root/login -v /root/hold.sql:/hold.sql:ro --entrypoint psql"
    client = f"docker run {where} {job['image']} -q -o /dev/null -f /hold.sql"
    fleet.on("app1", f"systemd-run --quiet --collect --unit {UNIT} --property RuntimeMaxSec={seconds} {client}")
    until("it holds", lambda: fleet.sql(HELD) != "0", 20)


HELD = "SELECT count(*) FROM pg_locks WHERE relation = 'entries'::regclass AND mode = 'AccessShareLock' AND pid <> pg_backend_pid()"


def test_a_migration_does_not_wait_for_what_is_still_saved() -> None:
    """A dump of a large database holds a lock on every table for as long as it lasts; a migration would give up."""
    hold_as_a_dump_does(240)
    try:
        ran = deploy("saved-c")
        assert drill.revision() == NEXT
        assert fleet.on("app1", "docker ps -q --filter name=stuck").strip() == ""
        assert "(job database of app1, tagged deploy)" in " ".join(ran.output.split()), ran.output
    finally:
        fleet.on("app1", f"systemctl stop {UNIT} 2>/dev/null; docker rm -f stuck 2>/dev/null; rm -f /root/login /root/hold.sql")
