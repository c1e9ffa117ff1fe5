# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import result

CHANGE = {"resource": "file:/x", "action": "update", "origin": "pending", "fields": {"mode": ["0600", "0644"]}, "diff": "", "why": ""}


def component(name: str, **given: Any) -> dict[str, Any]:
    base = {"name": name, "status": "ok", "sync": "Synced", "health": "Healthy", "msg": "", "changes": [], "notes": [], "seconds": {}}
    return {**base, **given}


def answer(*components: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {"components": list(components), "needs": None, "rest": [], "stopped": False, "undeclared": [], **given}


def summary(*answers: dict[str, Any], names: tuple[str, ...] = ("a", "b"), check: bool = False) -> dict[str, Any]:
    return result.summary(list(answers), list(names), check)


def test_all_in_sync() -> None:
    told = summary(answer(component("a"), component("b")))
    assert (told["changed"], told["failed"], told["sync"], told["health"]) == (False, False, "Synced", "Healthy")
    assert told["msg"] == "2 components in sync"


def test_the_declared_order_holds_and_what_was_not_reached_is_said() -> None:
    told = summary(answer(component("b", status="failed", sync="Unknown", health="Unknown", msg="why")), names=("b", "a"))
    assert [(one["name"], one["status"]) for one in told["components"]] == [("b", "failed"), ("a", "skipped")]
    assert told["failed"]
    assert told["msg"] == "b: why"
    assert told["sync"] == "Unknown"


def test_a_component_that_needed_a_hand_reports_its_first_plan_and_its_last_outcome() -> None:
    first = component("a", status="needs", sync="OutOfSync", changes=[CHANGE], seconds={"read": 0.5})
    last = component("a", status="ok", seconds={"read": 0.25, "apply": 1.0})
    told = summary(answer(first), answer(last), names=("a",))["components"][0]
    assert (told["status"], told["sync"], told["changes"]) == ("changed", "Synced", [CHANGE])
    assert told["seconds"] == {"read": 0.75, "apply": 1.0}


@pytest.mark.parametrize("status", ["failed", "taken_back"])
def test_a_failure_after_a_hand_stays_a_failure(status: str) -> None:
    first = component("a", status="needs", changes=[CHANGE])
    told = summary(answer(first), answer(component("a", status=status, msg="why")), names=("a",))
    assert told["failed"]
    assert told["components"][0]["status"] == status


def test_check_mode_says_what_would_change() -> None:
    told = summary(answer(component("a", sync="OutOfSync", changes=[CHANGE]), component("b")), check=True)
    assert (told["changed"], told["failed"], told["sync"]) == (True, False, "OutOfSync")
    assert "1 of 2" in told["msg"]


@pytest.mark.parametrize("health", ["Degraded", "Missing", "Unknown"])
def test_in_sync_but_not_healthy_fails_an_apply_and_not_a_check(health: str) -> None:
    unwell = answer(component("a", health=health, msg="in sync but"), component("b"))
    assert summary(unwell)["failed"]
    assert not summary(unwell, check=True)["failed"]
    assert summary(unwell, check=True)["health"] == health


def test_several_failures_are_all_told() -> None:
    bad = [component(name, status="failed", msg=f"{name} broke") for name in ("a", "b")]
    assert summary(answer(*bad), check=True)["msg"] == "a: a broke; b: b broke"


def test_diffs_show_contents_or_else_fields_or_else_the_reason() -> None:
    changes = [{**CHANGE, "diff": "-a\n+b"}, CHANGE, {**CHANGE, "fields": {}, "why": "older than /x"}]
    shown = [entry["prepared"] for entry in result.diffs([component("a", changes=changes)])]
    assert "+b" in shown[0]
    assert "mode: 0600 -> 0644" in shown[1]
    assert "older than /x" in shown[2]


def test_who_waits_for_a_hand_is_not_through() -> None:
    waiting = answer(component("a"), component("b", status="needs"), needs={"delegated": []})
    assert result.dealt([waiting]) == ["a"]
    assert result.dealt([waiting, answer(component("b"))]) == ["a", "b"]


def test_what_leaves_comes_first_and_counts() -> None:
    report = {**CHANGE, "resource": "component:gone", "action": "report"}
    told = summary(answer(component("gone", sync="OutOfSync", changes=[report]), component("a"), component("b")))
    assert [one["name"] for one in told["components"]] == ["gone", "a", "b"]
    assert (told["sync"], told["changed"], told["failed"]) == ("OutOfSync", False, False)


def test_what_was_taken_away_after_the_transaction_belongs_to_its_changes() -> None:
    """Seen twice: once with all that was changed, and once with nothing left."""
    first = component("a", status="changed", changes=[CHANGE])
    told = summary(answer(first, needs={"delegated": []}), answer(component("a")), names=("a",))["components"][0]
    assert (told["status"], told["changes"]) == ("changed", [CHANGE])
