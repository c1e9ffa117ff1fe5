# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.echodiary.infra.plugins.action import database_password
from ansible_collections.echodiary.infra.tests.unit.plugins.action.inside import PLACE, answered, request
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

SECRET = "hunter22-hunter22"


@pytest.mark.parametrize("check", [False, True])
def test_a_check_only_looks(check: bool) -> None:
    rig = Rig(database_password, answered({"changed": True}))
    assert rig.run(check=check, role="clone", password=SECRET, **PLACE) == {"changed": True, "role": "clone"}
    asked = request(rig)
    assert (asked["do"], asked["role"], asked["password"], asked["look"]) == ("password", "clone", SECRET, check)


def test_absent_sends_no_password() -> None:
    rig = Rig(database_password, answered({"changed": False}))
    rig.run(role="clone", state="absent", password=SECRET, **PLACE)
    assert request(rig)["password"] == ""


@pytest.mark.parametrize("given", [{"password": "short"}, {}, {"password": SECRET, "virtualenv": "/v"}])
def test_refused(given: dict[str, Any]) -> None:
    Rig(database_password, {}).refused(role="clone", **PLACE, **given)


@pytest.mark.parametrize(
    "answer", [{"failed": True, "answers": [], "msg": "not allowed"}, answered({"error": {"kind": "environment", "text": "not allowed"}})]
)
def test_what_failed_there_ends_the_task_with_its_reason(answer: dict[str, Any]) -> None:
    with pytest.raises(AnsibleActionFail, match="not allowed") as caught:
        Rig(database_password, answer).run(role="clone", password=SECRET, **PLACE)
    assert SECRET not in str(caught.value)
