# SPDX-License-Identifier: GPL-3.0-or-later
"""The database, backed up and brought back by the playbooks while the application runs; RDS through the lab's AWS API."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.e2e import fleet

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("converged")]

RDS = {"echodiary_backup_method": "rds", "echodiary_backup_rds_instance": "echodiary-local", "echodiary_backup_keep": "2"}


@pytest.fixture(scope="module")
def converged(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    run = fleet.play("--limit", "app", tmp=tmp_path_factory.mktemp("converge"))
    assert run.code == 0, run.output


def ansible(program: str, *words: str, **variables: str) -> tuple[int, str]:
    given = [part for name, value in variables.items() for part in ("-e", f"{name}={value}")]
    path = str(Path(sys.executable).with_name(program))
    done = subprocess.run(
        [path, *words, "-i", str(fleet.INVENTORY), *given],
        cwd=fleet.ROOT,
        env={**os.environ, "ANSIBLE_FORCE_COLOR": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def playbook(name: str, *words: str, **variables: str) -> tuple[int, str]:
    return ansible("ansible-playbook", f"playbooks/{name}.yml", *words, **variables)


def entries() -> str:
    return fleet.sql("select count(*) || md5(coalesce(string_agg(e::text, ',' order by id), '')) from entries e")


def post(title: str) -> None:
    body = json.dumps({"title": title, "body": "-"}).encode()
    request = urllib.request.Request(f"http://{fleet.address('app1')}/entries", data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        assert response.status == 201


def rds() -> Any:
    session = boto3.Session("lab", "lab", region_name="ap-northeast-2")
    return session.client("rds", endpoint_url=f"http://{fleet.SUBNET}.6:5000")


def test_rows_are_the_same_after_a_restore_and_the_application_goes_on() -> None:
    post("before the backup")
    before, identifier = entries(), f"e2e-{int(time.time())}"
    code, output = playbook("backup", backup_id=identifier)
    assert code == 0, output
    assert fleet.on("app1", "stat -c %a /var/backups/echodiary").strip() == "700"
    with urllib.request.urlopen(f"http://{fleet.address('app1')}:9100/metrics", timeout=10) as response:
        lines = response.read().decode().splitlines()
    (metric,) = (line for line in lines if line.startswith('echodiary_backup_last_success_timestamp_seconds{environment="local"}'))
    assert time.time() - float(metric.split()[1]) < 300

    post("after the backup")
    damaged = entries()
    code, output = playbook("restore", "--check", restore_backup=identifier)
    assert code == 0 and f"would replace echodiary by {identifier}".lower() in " ".join(output.lower().split()), output
    code, output = playbook("restore", restore_backup=identifier)
    assert code != 0 and f"-e restore_backup={identifier} -e confirm={identifier}" in " ".join(output.split()), output
    assert entries() == damaged, "a preview and a refusal touch nothing"

    code, output = playbook("restore", restore_backup=identifier, confirm=identifier)
    assert code == 0, output
    assert entries() == before
    post("after the restore")
    kept = fleet.on("postgres", f'psql -At -d echodiary_before_{identifier} -c "select title from entries order by id desc limit 1"')
    assert kept.strip() == "after the backup"
    assert identifier in playbook("backups")[1]
    code, output = playbook("restore", restore_backup=identifier, confirm=identifier)
    assert code != 0 and "the lock" not in output and "has been restored before" in output, "and the deploy lock was given back"


@pytest.mark.full
def test_an_rds_snapshot_is_made_found_and_restored_to_an_instance_of_its_own() -> None:
    client = rds()
    sizes = {"Engine": "postgres", "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": 20}
    client.create_db_instance(
        DBInstanceIdentifier="echodiary-local", MasterUsername="echo", MasterUserPassword="any-will-do", DBName="echodiary", **sizes
    )
    client.create_db_snapshot(DBSnapshotIdentifier="by-hand", DBInstanceIdentifier="echodiary-local")
    for identifier in ("b1", "b2", "b3"):
        code, output = playbook("backup", backup_id=identifier, **RDS)
        assert code == 0, output
    found = {one["DBSnapshotIdentifier"]: one for one in client.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]}
    month = f"echodiary-local-monthly-{time.strftime('%Y-%m', time.gmtime())}"
    assert set(found) == {"by-hand", "echodiary-local-b2", "echodiary-local-b3", month}, "the oldest of ours went, nobody else's did"
    tags = {tag["Key"]: tag["Value"] for tag in found["echodiary-local-b3"]["TagList"]}
    assert (tags["Environment"], tags["Backup"], found["echodiary-local-b3"]["Status"]) == ("local", "b3", "available")

    code, output = playbook("restore", "--check", restore_backup="b3", **RDS)
    assert code == 0 and "echodiary-local-b3" in output, output
    assert len(client.describe_db_instances()["DBInstances"]) == 1
    code, output = playbook("restore", restore_backup="b3", confirm="b3", **RDS)
    assert code == 0, output
    restored = client.describe_db_instances(DBInstanceIdentifier="echodiary-local-b3")["DBInstances"][0]
    assert restored["DBInstanceClass"] == "db.t4g.micro" and restored["Endpoint"]["Address"] in "".join(output.split())


def test_the_release_itself_reads_the_connection_budget() -> None:
    image = fleet.on(
        "app1", "docker inspect -f '{{.Config.Image}}' $(docker ps -q --filter name=echodiary) | grep echodiary/echodiary"
    ).split()[0]
    env_file = fleet.on("app1", "ls /opt/echodiary/echodiary/*/echodiary.env").split()[0]
    sizes = {"hosts": 2, "workers": 2, "pool_size": 5, "pool_overflow": 5, "postgresql_major": 17, "application": "echodiary-"}
    ask = ("app1", "-b", "-m", "echodiary.infra.database_budget", "-a")
    code, output = ansible("ansible", *ask, json.dumps({"image": image, "env_file": env_file, **sizes}))
    assert code == 0 and "x (5 + 5 + 1) = 88 <= max_connections 200 - 6 reserved" in output, output
    code, output = ansible("ansible", *ask, json.dumps({"image": image, "env_file": env_file, **sizes, "workers": 8}))
    assert code != 0 and "2 hosts x 2 slots x 8 workers x (5 + 5 + 1) = 352 > max_connections 200" in output, output
