# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from ansible_collections.echodiary.infra.plugins.action import account_cost
from ansible_collections.echodiary.infra.plugins.modules import account_cost as documented
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

DECLARED: dict[str, Any] = {
    "network": {"cidr": "10.20.0.0/16", "zones": ["a", "c"]},
    "hosts": {"app1": {"role": "app", "type": "t4g.small", "zone": "a", "disk": 20}},
}
GIVEN: dict[str, Any] = {"environment": "production", "region": "ap-northeast-2"}


def inventory(place: Path, name: str, declared: dict[str, Any], file: str = "aws.yml") -> Path:
    directory = place / name / "group_vars/all"
    directory.mkdir(parents=True)
    (directory / file).write_text(yaml.safe_dump({"aws_environment": declared}))
    return place / name


def test_it_is_told_without_anybody_being_asked(tmp_path: Path) -> None:
    found = Rig(account_cost).run(**GIVEN, declared=DECLARED)
    assert found["months"] == {"production": {"usd": "21.85", "unknown": []}}, "21.058, and by use 0.7914"


def test_environments_beside_it_stand_beside_it(tmp_path: Path) -> None:
    two = {**DECLARED, "hosts": {**DECLARED["hosts"], "app2": DECLARED["hosts"]["app1"]}}
    own = inventory(tmp_path, "production", {"network": {}, "hosts": {}})
    inventory(tmp_path, "staging", two, "aws.yml.example")
    found = Rig(account_cost).run(**GIVEN, declared=DECLARED, inventory=str(own))
    assert list(found["months"]) == ["production", "staging"], "what the inventory itself says comes before its file"
    assert "staging: as its inventory's aws.yml.example has it" in found["table"]


def test_where_nothing_is_declared_the_inventorys_file_is_read_or_it_is_refused(tmp_path: Path) -> None:
    own = inventory(tmp_path, "production", DECLARED, "aws.yml.example")
    assert list(Rig(account_cost).run(**{**GIVEN, "environment": ""}, inventory=str(own))["months"]) == ["production"]
    assert "nothing is declared: set aws_environment" in Rig(account_cost).refused(**GIVEN, inventory=str(tmp_path))
    assert "nothing is declared" in Rig(account_cost).refused(**GIVEN, inventory="localhost,")


def test_a_declaration_that_cannot_be_is_refused() -> None:
    assert "aws_environment" in Rig(account_cost).refused(**GIVEN, declared={**DECLARED, "hots": {}})
    assert "no prices for eu-west-1" in Rig(account_cost).refused(**{**GIVEN, "region": "eu-west-1"}, declared=DECLARED)


def test_the_documentation_says_the_same_as_the_arguments() -> None:
    assert list(yaml.safe_load(documented.DOCUMENTATION)["options"]) == list(account_cost.ActionModule.ARGUMENTS)
