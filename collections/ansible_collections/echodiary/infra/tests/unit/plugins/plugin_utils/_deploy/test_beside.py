# SPDX-License-Identifier: GPL-3.0-or-later
"""Which backup is made beside a deploy, and what is said of it: a failure is told and is nobody's failure."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._backup.saving import Place
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import declared
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import beside

CHOICE = beside.Choice("app1", "nightly", "echodiary-deploy-backup-job-nightly", "job nightly of app1, tagged deploy")
HOSTS = ["app2", "app1"]


def backup(method: str, host: str = "") -> Any:
    return declared.read("shop", {"backup": {"method": method, "host": host, "instance": "shop", "image": "postgres:17"}}).backup


def told(state: str, **more: Any) -> Any:
    return {"failed": False, "changed": False, "state": state, **more}


@pytest.mark.parametrize("method", ["dump", "rds", ""])
@pytest.mark.parametrize("migrated", [True, False])
def test_the_repository_comes_before_anything_else(method: str, migrated: bool) -> None:
    places = [Place("app1", "nightly"), Place("db1", "other")]
    assert beside.choose("shop", places, backup(method) if method else None, HOSTS, migrated=migrated) == CHOICE


def test_without_a_job_there_is_a_dump_unless_one_was_made_for_the_migration() -> None:
    found = beside.choose("shop", [], backup("dump"), HOSTS, migrated=False)
    assert found and (found.host, found.job, found.unit) == ("app1", "", "echodiary-deploy-backup-dump-shop")
    elsewhere = beside.choose("shop", [], backup("dump", "db1"), HOSTS, migrated=False)
    assert elsewhere and elsewhere.host == "db1"
    assert beside.choose("shop", [], backup("dump"), HOSTS, migrated=True) is None


def test_rds_and_a_component_that_declares_nothing_have_none() -> None:
    assert beside.choose("shop", [], backup("rds"), HOSTS, migrated=False) is None
    assert beside.choose("shop", [], None, HOSTS, migrated=False) is None


def test_what_was_begun_and_ended_well_is_said_once() -> None:
    begun = beside.began(CHOICE, told("begun"))
    assert (begun["msg"], begun["warning"], begun["failed"]) == ("", False, False)
    choice = beside.of_result(begun)
    assert choice is not None
    done = beside.ended(choice, told("done", said="nightly: snapshot abc"))
    assert done["msg"] == "backup: nightly: snapshot abc (job nightly of app1, tagged deploy)" and not done["warning"]


def test_a_dump_is_told_by_its_own_answer() -> None:
    done = beside.ended(CHOICE, told("done", said="", answer={"failed": False, "msg": "made deploy-1"}))
    assert done["msg"].startswith("backup: made deploy-1 (")
    lost = beside.ended(CHOICE, told("done", said="", answer={"failed": True, "msg": "no room"}))
    assert lost["warning"] and "no room" in lost["msg"]


def test_one_that_goes_on_is_no_warning_and_where_to_look_is_said() -> None:
    found = beside.ended(CHOICE, told("running"))
    assert not found["warning"] and f"systemctl status {CHOICE.unit}" in found["msg"]
    busy = beside.began(CHOICE, told("busy"))
    assert not busy["warning"] and "earlier deploy" in busy["msg"] and beside.of_result(busy) is None


@pytest.mark.parametrize(
    "one",
    [
        beside.began(CHOICE, {"failed": True, "changed": False, "msg": "the reason"}),
        beside.ended(CHOICE, {"failed": True, "changed": False, "msg": "the reason"}),
        beside.ended(CHOICE, told("failed", said="the reason")),
        beside.undecided("the reason"),
    ],
)
def test_what_failed_is_a_warning_with_its_reason_and_no_failure(one: Any) -> None:
    assert one["warning"] and not one["failed"]
    assert one["msg"].startswith("warning: no backup beside this deploy") and one["msg"].endswith("the reason")
    assert beside.of_result(one) is None


def test_of_what_left_nothing_that_is_said() -> None:
    assert "nothing is left" in beside.ended(CHOICE, told("unknown", said=""))["msg"]


def test_a_dump_is_named_after_when_the_run_began() -> None:
    assert beside.dump_id([{"name": "lock", "at": 1700000000.5}]) == "deploy-1700000000"
