# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import release
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig
from ansible_collections.echodiary.infra.tests.unit.plugins.action.test_converge import answer, entry


@pytest.fixture
def place(tmp_path: Path) -> str:
    (tmp_path / "roles" / "plain" / "tree").mkdir(parents=True)
    (tmp_path / "roles" / "plain" / "component.yml").write_text("---\n{}\n")
    return str(tmp_path)


def test_to_resolve_an_image_needs_no_component(place: str) -> None:
    rig = Rig(release, {"image": "r/d@sha256:1"}, playbook_dir=place)
    found = rig.run(component="absent", state="resolved", image="r/d:v1")
    assert rig.packages == ["_run"]
    assert (rig.manifest["prepare"], rig.manifest["image"], rig.manifest["check"]) == ("resolved", "r/d:v1", False)
    assert (found["image"], found["changed"], found["remote_calls"]) == ("r/d@sha256:1", False, 1)
    assert "image" in Rig(release, {}, playbook_dir=place).refused(state="resolved")


@pytest.mark.parametrize("state", ["present", "previous", "prepared", "read"])
def test_a_component_without_slots_is_no_release_and_nothing_is_sent(place: str, state: str) -> None:
    rig = Rig(release, {}, playbook_dir=place)
    found = rig.run(component="plain", state=state)
    assert (found["failed"], found["changed"], found["remote_calls"], rig.sent) == (True, False, 0, [])
    assert "plain has no slots" in found["msg"]


@pytest.mark.parametrize("check", [False, True])
def test_but_it_can_be_restarted_in_place(place: str, check: bool) -> None:
    rig = Rig(release, answer(entry("plain", status="changed")), playbook_dir=place)
    found = rig.run(check=check, component="plain", state="restarted")
    (spec,) = rig.manifest["components"]
    assert (spec["restart"], rig.manifest["check"], "undeclared" in found) == (True, check, False)


@pytest.mark.parametrize("said", ["", {"failed": True, "msg": "no answer: needs root"}])
def test_what_goes_wrong_may_be_borne(place: str, said: Any) -> None:
    found = Rig(release, said, playbook_dir=place).run(component="plain", state="restarted")
    assert (found["failed"], found["changed"], found["remote_calls"]) == (True, False, 1)
    assert "no answer" in found["msg"]
