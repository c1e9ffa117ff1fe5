# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.action import deploy_phase
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig


def test_a_phase_is_added_to_those_before_it_with_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy_phase.time, "time", lambda: 20.0)
    monkeypatch.setattr(deploy_phase.identity, "owner", lambda _: "ann")
    before = {"name": "lock", "at": 10.0}
    rig = Rig(deploy_phase, ansible_facts={"deploy_phases": [before]})
    found = rig.run(name="migrate", text="0003 -> 0004")
    assert (found["changed"], rig.sent) == (False, [])
    assert found["ansible_facts"]["deploy_phases"] == [before, {"name": "migrate", "at": 20.0}]
    assert found["ansible_facts"]["deploy_caller"]["who"] == "ann"


def test_a_phase_without_a_name_is_refused() -> None:
    assert "name" in Rig(deploy_phase).refused(text="x")
