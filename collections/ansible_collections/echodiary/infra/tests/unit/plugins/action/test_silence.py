# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.action import silence
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence.identity, "owner", lambda _: "ann")


def test_a_silence_of_these_alerts_in_this_environment() -> None:
    rig = Rig(silence, {"id": "7"})
    found = rig.run(alerts="TargetDown", environment="lab", minutes=2)
    assert (found["changed"], found["id"]) == (True, "7")
    assert (rig.packages, rig.manifest["owner"], rig.manifest["seconds"]) == (["_silence"], "ann", 120)
    assert [(one["name"], one["value"], one["isRegex"]) for one in rig.manifest["matchers"]] == [
        ("alertname", "TargetDown", True),
        ("environment", "lab", False),
    ]


@pytest.mark.parametrize("given", [{"check": True}, {"state": "end"}])
def test_where_there_is_nothing_to_do_nobody_is_asked(given: dict[str, object]) -> None:
    rig = Rig(silence, {})
    assert not rig.run(**given)["changed"]
    assert rig.sent == []


@pytest.mark.parametrize("answer", [{"failed": True, "msg": "connection refused"}, "connection refused"])
def test_whatever_alertmanager_says_the_task_is_well(answer: dict[str, object] | str) -> None:
    found = Rig(silence, answer).run(state="end", id="7")
    assert (found["changed"], found["id"], found.get("failed", False)) == (False, "7", False)
    assert "connection refused" in found["refused"]
    assert "app1" in found["warnings"][0]


def test_the_host_that_was_asked_is_the_one_it_was_delegated_to() -> None:
    rig = Rig(silence, {"failed": True, "msg": "x"})
    rig.task = {"delegate_to": "mon1"}
    assert "mon1" in rig.run()["warnings"][0]
