# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import alembic
from ansible_collections.echodiary.infra.tests.unit.plugins.action.inside import PLACE, answered, request
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._alembic.test_flow import UP, read


def test_a_question_is_one_call_and_changes_nothing() -> None:
    rig = Rig(alembic, answered(read("0004", UP)))
    found = rig.run(state="current", **PLACE)
    assert (request(rig)["do"], found["changed"], found["failed"], found["remote_calls"]) == ("read", False, False, 1)
    assert found["current"] == ["0004"]


def test_a_check_shows_the_steps_and_takes_none() -> None:
    rig = Rig(alembic, answered(read("0004", UP)))
    found = rig.run(check=True, diff=True, state="head", **PLACE)
    assert (found["changed"], found["failed"]) == (True, False), found["msg"]
    assert "ADD COLUMN note" in found["diff"][0]["prepared"]
    assert request(rig)["do"] == "read"
    assert "diff" not in Rig(alembic, answered(read("0004", UP))).run(check=True, state="head", **PLACE)


def test_what_is_refused_by_a_rule_is_never_run() -> None:
    drop = [{**UP[0], "sql": "ALTER TABLE entries DROP COLUMN title;"}]
    rig = Rig(alembic, answered(read("0004", drop)))
    assert rig.run(state="head", **PLACE)["failed"]
    assert len(rig.sent) == 1


@pytest.mark.parametrize(
    "given",
    [
        {"state": "head"},
        {"state": "head", **PLACE, "virtualenv": "/v"},
        {"state": "revision", **PLACE},
        {"state": "head", "revision": "0004", **PLACE},
        {"state": "revision", "revision": "+1", **PLACE},
        {"state": "head", **PLACE, "lock_timeout": 0},
        {"state": "head", **PLACE, "allow": [{"revision": "1", "rule": "x", "reason": " "}]},
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, Any]) -> None:
    Rig(alembic, {}).refused(**given)


def test_a_host_that_says_nothing_is_a_failed_result_with_what_was_known() -> None:
    found = Rig(alembic, "").run(state="head", **PLACE)
    assert (found["failed"], found["changed"]) == (True, False)
    assert "no answer" in found["msg"]
