# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import database_dump
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig, silent

LOGIN = {"image": "postgres:17", "host": "db", "database": "diary", "user": "echo", "password": "hunter2-x", "sslmode": "disable"}
BACKUP = {"id": "a-1", "time": "2026-12-01T09:00:00Z", "revision": "0004", "rows": 7}
RESTORED = {"changed": True, "backup": BACKUP, "replaced": {"revision": "0005", "rows": 9}}


@pytest.mark.parametrize("check", [False, True])
def test_one_call_with_the_login_apart(check: bool) -> None:
    rig = Rig(database_dump, {"changed": True, "backup": BACKUP})
    assert rig.run(check=check, state="created", id="a-1", **LOGIN)["backup"] == BACKUP
    assert (rig.packages, rig.manifest["state"], rig.manifest["check"]) == (["_dump"], "created", check)
    assert rig.manifest["wanted"]["login"]["password"] == "hunter2-x"
    assert "password" not in {key for key in rig.manifest["wanted"] if key != "login"}


def test_what_is_replaced_is_shown_where_a_difference_is_asked_for() -> None:
    given: dict[str, Any] = {"state": "restored", "id": "a-1", "owner": "echo", **LOGIN}
    assert "0005" in Rig(database_dump, RESTORED).run(diff=True, **given)["diff"]["before"]
    assert "diff" not in Rig(database_dump, RESTORED).run(**given)


@pytest.mark.parametrize("given", [{"id": "../x"}, {"id": "a-1", "keep": -1}, {"id": "a-1", "sslmode": "verify-full"}, {}])
def test_what_cannot_be_meant_is_refused(given: dict[str, Any]) -> None:
    assert "hunter2-x" not in Rig(database_dump, {}).refused(**{"state": "created", **LOGIN, **given})


def test_a_host_that_says_nothing_ends_the_task() -> None:
    rig = Rig(database_dump, "")
    assert "no answer" in silent(rig, lambda: rig.run(state="read"))
