# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import edge
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

ANSWER: dict[str, Any] = {"changed": True, "traffic": "out", "failed": False}


@pytest.mark.parametrize("check", [False, True])
def test_one_call_with_what_was_asked(check: bool) -> None:
    rig = Rig(edge, ANSWER)
    assert rig.run(check=check, traffic="out", message="back soon") == ANSWER
    assert rig.packages == ["_edge"]
    asked = {"traffic": "out", "message": "back soon", "drain": 30.0, "backend": "", "minutes": None, "check": check}
    assert rig.manifest == {**asked, "who": rig.manifest["who"]}
    assert rig.manifest["who"], "whoever asks later wants to know"


def test_another_way_for_traffic_is_refused() -> None:
    assert "sideways" in Rig(edge, ANSWER).refused(traffic="sideways")


def test_a_host_that_says_nothing_is_a_failure_that_may_be_borne() -> None:
    found = Rig(edge, "sudo: a password is required").run(traffic="in")
    assert (found["failed"], found["changed"]) == (True, False)
    assert "a password is required" in found["msg"]
