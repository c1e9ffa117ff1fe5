# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.echodiary.infra.plugins.action import database_sessions
from ansible_collections.echodiary.infra.tests.unit.plugins.action.inside import PLACE, answered, request
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._database.test_sessions_plan import session

FOUND: dict[str, Any] = {"sessions": [session(1), session(2, seconds=5)], "limits": {"most": 100, "reserved": 3}}
DONE: dict[str, Any] = {**FOUND, "ended": [1], "refused": {}}


def test_to_look_ends_nobody() -> None:
    rig = Rig(database_sessions, answered(FOUND))
    found = rig.run(**PLACE)
    assert (request(rig)["end"], found["changed"], found["used"]) == ([], False, 2)


def test_a_check_says_whom_it_would_end_and_ends_nobody() -> None:
    rig = Rig(database_sessions, answered(FOUND))
    found = rig.run(check=True, end="idle", older_than=60, **PLACE)
    assert (request(rig)["end"], found["changed"], len(found["victims"])) == ([], True, 1)


def test_those_that_were_chosen_are_ended_by_a_second_call() -> None:
    rig = Rig(database_sessions, answered(FOUND), answered(DONE))
    found = rig.run(end="idle", older_than=60, **PLACE)
    assert (len(rig.sent), request(rig)["end"], found["ended"]) == (2, [], [1])
    assert [order["pid"] for order in request(rig, 1)["end"]] == [1]


@pytest.mark.parametrize("given", [{"older_than": -1}, {"application": "("}, {"role": "*"}, {"end": "all"}])
def test_what_cannot_be_meant_is_refused(given: dict[str, Any]) -> None:
    Rig(database_sessions, {}).refused(**given, **PLACE)


def test_a_database_that_lets_nobody_in_ends_the_task() -> None:
    full = answered({"error": {"kind": "environment", "text": "too many clients"}})
    with pytest.raises(AnsibleActionFail, match="too many clients"):
        Rig(database_sessions, full).run(**PLACE)
