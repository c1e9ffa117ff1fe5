# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import database_budget
from ansible_collections.echodiary.infra.tests.unit.plugins.action.inside import PLACE, answered, request
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig, silent
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._database.test_budget_plan import facts

ASKED: dict[str, Any] = {"hosts": 2, "workers": 2, "pool_size": 5, "pool_overflow": 5, **PLACE}


@pytest.mark.parametrize("check", [False, True])
def test_one_call_that_looks(check: bool) -> None:
    rig = Rig(database_budget, answered(facts(seconds=0.1)))
    found = rig.run(check=check, **ASKED)
    assert request(rig)["do"] == "connections"
    assert (found["changed"], found["failed"]) == (False, False), found["msg"]


def test_more_than_there_are_fails() -> None:
    found = Rig(database_budget, answered(facts(seconds=0.1))).run(**{**ASKED, "hosts": 20})
    assert (found["failed"], found["changed"]) == (True, False)


@pytest.mark.parametrize("given", [{"hosts": 0}, {"overlap_hosts": 3}, {"timeout": 0}, {"virtualenv": "/v"}, {"pool_size": None}])
def test_numbers_that_cannot_be_meant_are_refused(given: dict[str, Any]) -> None:
    Rig(database_budget, {}).refused(**{**ASKED, **given})


def test_a_host_that_says_nothing_ends_the_task() -> None:
    rig = Rig(database_budget, "")
    assert "no answer" in silent(rig, lambda: rig.run(**ASKED))
