# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of an RDS instance, and the copy of each month's first, by the tasks that deploys use: at an imitation of AWS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lab.strict.server import Server
from tests.integration import local_play
from tests.integration.local_play import ROOT, Played
from tests.lab_aws.clients import REGION, client

TASKS = ROOT / "collections/ansible_collections/echodiary/infra/playbooks/tasks/backup_rds.yml"
MONTH = f"{datetime.now(UTC):%Y-%m}"
SAVED = {
    "component": "shop", "environment": "test", "prefix": "shop-test-", "keep": 1, "timeout": 60, "instance": "shop", "method": "rds",
}  # fmt: skip


@pytest.fixture(scope="module")
def aws() -> Iterator[Server]:
    with Server() as server:
        client(server, "rds").create_db_instance(
            DBInstanceIdentifier="shop", Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
            MasterUsername="shop", MasterUserPassword="any-will-do",
        )  # fmt: skip
        client(server, "rds").get_waiter("db_instance_available").wait(DBInstanceIdentifier="shop", WaiterConfig={"Delay": 1})
        yield server


def backup(aws: Server, place: Path, identifier: str, *words: str) -> Played:
    login = {"region": REGION, "endpoint_url": aws.url, "access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": "secret"}
    given = {"backup_saved": SAVED, "backup_id": identifier, "backup_release": "shop:1", "echodiary_aws": login}
    return local_play.play(place, [{"name": "Back up", "ansible.builtin.include_tasks": str(TASKS), "vars": given}], *words)


def snapshots(aws: Server) -> dict[str, dict[str, str]]:
    """Name -> tags."""
    found = client(aws, "rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    return {one["DBSnapshotIdentifier"]: {tag["Key"]: tag["Value"] for tag in one["TagList"]} for one in found}


def said(ran: Played) -> Any:
    return ran.task["Say that the month has no copy"].get("msg", "")


def test_a_month_s_first_is_copied_and_no_failure_of_that_is_one_of_the_backup(aws: Server, tmp_path: Path) -> None:
    aws.fault(code="AccessDenied", status=403, operation="rds:CopyDBSnapshot", nth=1)
    ran = backup(aws, tmp_path, "b1")
    assert ran.code == 0 and said(ran).startswith("warning: ") and "AccessDenied" in said(ran), ran.output
    assert set(snapshots(aws)) == {"shop-test-b1"}

    ran = backup(aws, tmp_path, "b2")
    found = snapshots(aws)
    assert ran.code == 0 and not said(ran).startswith("warning"), ran.output
    assert set(found) == {"shop-test-b2", f"shop-test-monthly-{MONTH}"}
    kept = found[f"shop-test-monthly-{MONTH}"]
    assert (kept["MadeBy"], kept["Component"], kept["Backup"]) == ("echodiary.infra", "shop", f"monthly-{MONTH}")


@pytest.mark.full
def test_a_month_s_copy_stays_and_what_is_over_a_year_old_goes(aws: Server, tmp_path: Path) -> None:
    rds = client(aws, "rds")
    for name, ours in (("shop-test-monthly-2020-01", True), ("shop-test-monthly-2020-02", False)):
        tags = {"MadeBy": "echodiary.infra", "Component": "shop", "Environment": "test", "Backup": name.removeprefix("shop-test-")}
        given = [{"Key": key, "Value": value} for key, value in tags.items()] if ours else []
        rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier="shop", Tags=given)
        rds.get_waiter("db_snapshot_available").wait(DBSnapshotIdentifier=name, WaiterConfig={"Delay": 1})
    before = set(snapshots(aws))
    preview = backup(aws, tmp_path, "b3", "--check")
    assert preview.code == 0 and set(snapshots(aws)) == before, preview.output
    assert backup(aws, tmp_path, "b3").code == 0
    assert set(snapshots(aws)) == {"shop-test-b3", f"shop-test-monthly-{MONTH}", "shop-test-monthly-2020-02"}
