# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible.template import trust_as_template
from ansible.utils.vars import load_extra_vars
from ansible_collections.echodiary.infra.plugins.action import component_target
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig


def test_only_what_was_typed_names_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    hostvars: dict[str, Any] = {"app1": {"components": ["haproxy", "echodiary"]}}
    variables = {"groups": {"all": ["app1"]}, "playbook_dir": ".", "component": "frontend", **hostvars["app1"]}
    rig = Rig(component_target, hostvars=hostvars, **variables)
    assert rig.run(command="ansible-playbook x")["component"] == "echodiary"
    monkeypatch.setattr(load_extra_vars, "extra_vars", {"component": "frontend"}, raising=False)
    assert "no host runs frontend" in rig.refused(command="ansible-playbook x")


def test_the_action_asks_the_inventory_and_each_components_own_file() -> None:
    hostvars: dict[str, Any] = {"app1": {"components": ["haproxy", "echodiary"]}, "mon1": {"components": ["prometheus"]}, "bare": {}}
    rig = Rig(component_target, hostvars=hostvars, groups={"all": ["app1", "mon1", "bare"]}, playbook_dir=".", **hostvars["app1"])
    found = rig.run(command="ansible-playbook x")
    assert (found["component"], found["name"], found["hosts"], found["changed"]) == ("echodiary", "echodiary", ["app1"], False)
    assert "no host runs nothing" in rig.refused(command="ansible-playbook x", component="nothing")


def test_a_host_whose_list_needs_what_nobody_read_is_left_out_and_told() -> None:
    hostvars: dict[str, Any] = {
        "app1": {"components": ["haproxy", "echodiary"]},
        "mon1": {"components": trust_as_template("{{ ['prometheus'] + ([secrets.x] if secrets.x else []) }}")},
    }
    rig = Rig(component_target, hostvars=hostvars, groups={"all": ["app1", "mon1"]}, playbook_dir=".", **hostvars["app1"])
    found = rig.run(command="ansible-playbook x")
    assert found["hosts"] == ["app1"]
    assert ["host mon1: components" in said and "left out" in said for said in found["warnings"]] == [True]
    said = rig.refused(command="ansible-playbook x", component="prometheus")
    assert "no host runs prometheus" in said and "host mon1: components" in said
