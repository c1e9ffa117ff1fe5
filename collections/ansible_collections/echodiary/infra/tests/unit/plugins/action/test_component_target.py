# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.action import component_target
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig


def test_the_action_asks_the_inventory_and_each_components_own_file() -> None:
    hostvars: dict[str, Any] = {"app1": {"components": ["haproxy", "echodiary"]}, "mon1": {"components": ["prometheus"]}, "bare": {}}
    rig = Rig(component_target, hostvars=hostvars, groups={"all": ["app1", "mon1", "bare"]}, playbook_dir=".", **hostvars["app1"])
    found = rig.run(command="ansible-playbook x")
    assert (found["component"], found["name"], found["hosts"], found["changed"]) == ("echodiary", "echodiary", ["app1"], False)
    assert "no host runs nothing" in rig.refused(command="ansible-playbook x", component="nothing")
