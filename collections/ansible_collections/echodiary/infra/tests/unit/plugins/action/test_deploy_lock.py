# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import deploy_lock
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

NOW = "2026-12-01T09:00:00Z"
LEASE = {
    "owner": "bob", "reason": "deploy", "token": 4, "acquired": NOW, "renewed": NOW, "expires": "2026-12-01T09:15:00Z", "expired": False,
    "run_url": "", "override": "", "ttl": 900.0, "seconds_left": 900.0,
}  # fmt: skip
DONE: dict[str, Any] = {
    "changed": True, "outcome": "done", "lease": LEASE, "freeze": None, "broken": None, "journal": None, "notes": [], "now": NOW,
    "last_token": 4,
}  # fmt: skip
HELD = {**DONE, "changed": False, "outcome": "held"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy_lock, "POLL", 0.0)
    monkeypatch.setattr(deploy_lock.identity, "owner", lambda _: "ann")
    monkeypatch.setattr(deploy_lock.identity, "run_url", lambda _: "https://ci.example/1")


def test_who_asks_and_why_is_sent_and_the_token_comes_back() -> None:
    rig = Rig(deploy_lock, DONE)
    found = rig.run(reason="new", name="web", directory="/d", ttl=60)
    asked = rig.manifest["asked"]
    assert (rig.packages, rig.manifest["name"], rig.manifest["directory"], rig.manifest["check"]) == (["_lease"], "web", "/d", False)
    assert (asked["state"], asked["owner"], asked["reason"], asked["run_url"], asked["ttl"]) == (
        "acquired", "ann", "new", "https://ci.example/1", 60.0,
    )  # fmt: skip
    assert (found["failed"], found["changed"], found["token"], found["held"], found["lost"]) == (False, True, 4, True, False)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"reason": " "},
        {"reason": "x", "ttl": 1},
        {"reason": "x", "name": "../x"},
        {"state": "renewed"},
        {"state": "released", "force": True},
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, Any]) -> None:
    Rig(deploy_lock, DONE).refused(**given)


def test_it_looks_again_until_the_other_has_ended() -> None:
    rig = Rig(deploy_lock, HELD, HELD, DONE)
    assert not rig.run(reason="new", wait=60)["failed"]
    assert len(rig.sent) == 3 and rig.sent[0] == rig.sent[2]


@pytest.mark.parametrize("given", [{"wait": 0}, {"wait": 60, "check": True}])
def test_one_look_where_there_is_no_time_to_wait(given: dict[str, Any]) -> None:
    rig = Rig(deploy_lock, HELD)
    found = rig.run(reason="new", **given)
    assert len(rig.sent) == 1
    assert found["failed"] != given.get("check", False), "who would wait is not refused yet"


def test_a_refusal_gives_no_token() -> None:
    found = Rig(deploy_lock, HELD).run(reason="new")
    assert (found["failed"], found["token"], found["changed"]) == (True, None, False)
    assert "bob" in found["msg"]


def test_a_host_that_says_nothing_is_a_failure_that_may_be_borne() -> None:
    found = Rig(deploy_lock, "").run(state="released", token=4)
    assert (found["failed"], found["changed"]) == (True, False)


def test_what_failed_on_the_host_is_told() -> None:
    found = Rig(deploy_lock, {"failed": True, "msg": "disk full"}).run(reason="new")
    assert (found["failed"], found["msg"]) == (True, "disk full")


TABLE = {
    "echodiary_lease": {"table": "leases"}, "echodiary_environment": "production",
    # what nobody answers: a closed port, and a password that is in no word
    "echodiary_aws": {"region": "eu-central-1", "endpoint_url": "http://127.0.0.1:1", "access_key": "a", "secret_key": "{{ 'hush' }}"},
}  # fmt: skip


def test_with_a_table_the_host_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import dynamodb

    monkeypatch.setitem(dynamodb._CONFIG, "retries", {"mode": "standard", "total_max_attempts": 1})
    rig = Rig(deploy_lock, DONE, **TABLE)
    found = rig.run(reason="new")
    assert (found["failed"], rig.sent) == (True, [])
    assert "lock production/deploy: table leases in eu-central-1 does not answer" in found["msg"]
    assert found["where"] == "table leases in eu-central-1"
    assert "hush" not in str(found)


def test_a_variable_that_says_nothing_clear_is_refused() -> None:
    assert "has no tabel" in Rig(deploy_lock, DONE, **{**TABLE, "echodiary_lease": {"tabel": "x"}}).refused(reason="new")


def test_a_run_without_the_variable_needs_no_boto3() -> None:
    """Nor is whoever logs in to AWS looked up."""
    code = (
        "import sys; sys.modules.update(boto3=None, botocore=None)\n"
        "from ansible_collections.echodiary.infra.plugins.action import deploy_lock\n"
        "from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig\n"
        f"done = {DONE!r}\n"
        "print(Rig(deploy_lock, done, echodiary_aws='{{ nowhere }}').run(reason='new')['where'])\n"
        "print(Rig(deploy_lock, done, echodiary_aws={'region': 'r'}, echodiary_lease={'table': 'leases'}).refused(reason='new'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": "collections"}
    )
    host, without = done.stdout.splitlines()
    assert host == "app1"
    assert "has no boto3" in without and "pip install boto3" in without
