# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.action import deploy_verdict
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

ROLLED = {"changed": True, "failed": False, "components": [{"name": "echodiary"}], "release": {"image": "r/d:v2"}}
LOST = {"unreachable": True, "msg": "Connection timed out"}


def run(**hosts: dict[str, Any]) -> dict[str, Any]:
    facts = {"deploy_phases": [{"name": "roll", "at": 1.0}]}
    return Rig(deploy_verdict, hostvars=hosts, ansible_play_hosts_all=list(hosts), ansible_facts=facts).run(what="v2")


def test_all_new_is_well_and_the_first_host_says_so() -> None:
    found = run(app1={"deploy_roll": ROLLED}, app2={"deploy_roll": ROLLED})
    assert (found["well"], found["changed"], found["speaker"]) == (True, False, "app1")


def test_a_host_that_was_lost_is_named_and_another_speaks() -> None:
    found = run(app1={"deploy_roll": LOST}, app2={"deploy_roll": ROLLED})
    assert (found["well"], found["speaker"]) == (False, "app2")
    assert "app1" in found["msg"]


def test_what_the_failed_task_said_is_in_it() -> None:
    failed = {"failed": True, "components": [{"name": "echodiary"}], "msg": "x"}
    found = run(app1={"deploy_roll": failed, "ansible_failed_result": {"msg": "gate shut"}})
    assert not found["well"]
    assert "gate shut" in found["msg"]


def test_what_a_command_made_of_the_schema_stays_when_a_later_step_fails() -> None:
    ran = {"changed": True, "migration": {"command": ["bin/migrate", "up"]}}
    found = run(app1={"deploy_commanded": ran, "ansible_failed_result": {"msg": "not well"}}, app2={"deploy_commanded": {"skipped": True}})
    assert (found["outcome"], found["schema_before"]) == ("failed", "")
    assert "bin/migrate up" in found["schema_now"]
    assert "bin/migrate up" in found["msg"]


def test_where_logs_are_kept_the_last_line_shows_those_of_its_time() -> None:
    facts = {"deploy_phases": [{"name": "roll", "at": 1_796_126_400.4}]}
    rig = Rig(deploy_verdict, hostvars={"app1": {"deploy_roll": ROLLED}}, ansible_play_hosts_all=["app1"], ansible_facts=facts,
              ansible_inventory_sources=["inventories/production"])  # fmt: skip
    command = "python -m gitops -i inventories/production logs --since 2026-12-01T12:00:00Z --until "
    found = rig.run(what="v2", logs=["echodiary", "haproxy"])
    assert found["logs"].startswith(command)
    assert found["logs"].endswith(" --component echodiary,haproxy")
    assert found["msg"].splitlines()[-1] == f"logs: {found['logs']}"
    assert rig.run(what="v2")["logs"] == rig.run(check=True, what="v2", logs=["echodiary"])["logs"] == ""


def test_a_verdict_of_nothing_is_refused() -> None:
    Rig(deploy_verdict).refused()
