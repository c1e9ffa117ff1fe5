# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.action import disk_room
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig


@pytest.mark.parametrize("given", [{"days": -1}, {"journal": 15}, {"keep": {}, "full": "much"}])
def test_numbers_that_cannot_be_meant_are_refused(given: dict[str, object]) -> None:
    Rig(disk_room, {}).refused(**given)


def test_a_look_and_a_removal_are_the_same_call() -> None:
    rig = Rig(disk_room, {"changed": False})
    rig.run(check=True, remove=True, keep=["a"])
    rig.run(remove=True, keep=["a"])
    assert rig.packages == ["_disk", "_disk"]
    looked, removed = rig.sent
    assert {**looked, "check": False} == removed
    assert (looked["check"], removed["remove"], removed["keep"], removed["days"]) == (True, True, ["a"], 7.0)


def test_a_host_that_says_nothing_is_a_failure_that_may_be_borne() -> None:
    assert Rig(disk_room, "").run()["failed"]
