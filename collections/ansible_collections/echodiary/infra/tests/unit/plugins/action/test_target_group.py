# SPDX-License-Identifier: GPL-3.0-or-later
"""What it does with a target group is tried in tests/integration/account/test_target_group.py."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.action import target_group
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

HOSTS: dict[str, Any] = {"groups": {"app": ["app1"]}, "hostvars": {"app1": {}, "mon1": {}}, "echodiary_environment": "production"}
BALANCED: dict[str, Any] = {"aws_environment": {"balancer": {"domain": "diary.example.com"}}}
NOTHING = {"changed": False, "group": "", "hosts": {}, "others": 0, "steps": []}


def run(*, check: bool = False, host: str = "app1", **variables: Any) -> dict[str, Any]:
    rig = Rig(target_group, **{**HOSTS, "inventory_hostname": host, **variables})
    found = rig.run(check=check, state="out")
    del found["msg"]
    return found


def test_where_there_is_no_load_balancer_nothing_is_asked() -> None:
    assert run() == run(check=True) == NOTHING
    assert run(**BALANCED, echodiary_target_group="false") == NOTHING


def test_who_does_not_stand_behind_it_is_passed_over() -> None:
    assert run(host="mon1", **BALANCED) == NOTHING


def test_a_target_group_without_a_region_is_an_error_and_no_answer() -> None:
    refused = Rig(target_group, **HOSTS, **BALANCED).refused(state="out", otherwise="do this")
    assert "region" in refused and refused.endswith("do this")


def test_what_is_not_required_is_told_and_bears_no_error() -> None:
    found = Rig(target_group, **HOSTS, **BALANCED).run(state="healthy", required=False)
    assert not found["changed"] and found["hosts"] == {} and "region" in found["msg"]
