# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._run_static import main
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import result

CHANGE = {"resource": "file:/srv/x", "action": "update", "origin": "corrective", "fields": {}, "diff": "", "why": ""}
FOUND: Any = {"changed": True, "changes": [CHANGE], "notes": ["n"], "seconds": 0.1}
OUTCOME: dict[str, Any] = {
    "name": "front", "status": "ok", "sync": "Synced", "health": "Healthy", "msg": "", "changes": [], "notes": [], "seconds": {},
}  # fmt: skip


def shown(one: Any, found: Any, *, check: bool) -> Any:
    main.join(one, found, check=check)
    answers: Any = [{"components": [one], "needs": None, "rest": []}]
    return result.summary(answers, ["front"], check)["components"][0]


def test_a_check_says_that_it_differs() -> None:
    one = shown({**OUTCOME}, FOUND, check=True)
    assert (one["sync"], one["changed"], one["changes"], one["notes"]) == ("OutOfSync", True, [CHANGE], ["n"])


def test_an_apply_says_that_it_was_changed() -> None:
    one = shown({**OUTCOME}, FOUND, check=False)
    assert (one["status"], one["sync"], one["changes"]) == ("changed", "Synced", [CHANGE])


def test_what_the_component_itself_changed_stays_told() -> None:
    other = {**CHANGE, "resource": "file:/srv/y"}
    one = shown({**OUTCOME, "status": "changed", "changes": [other]}, FOUND, check=False)
    assert [change["resource"] for change in one["changes"]] == ["file:/srv/y", "file:/srv/x"]


def test_what_cannot_be_put_right_fails_the_component() -> None:
    one = shown({**OUTCOME}, {"failed": True, "msg": "why"}, check=False)
    assert (one["status"], one["msg"]) == ("failed", "why")
