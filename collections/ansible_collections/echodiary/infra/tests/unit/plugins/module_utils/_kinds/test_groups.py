# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import groups
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Applied, ConvergeError

#: of test_removal
EXAMPLE = ("g", [{"name": "g", "members": ["a"]}], groups.Live(7, frozenset({"a"})))


def live(*listed: str, gid: int = 7, primary: tuple[str, ...] = ()) -> groups.Live:
    return groups.Live(gid, frozenset(listed), frozenset(primary))


def declared(**given: Any) -> list[Any]:
    return [{"name": "ops", **given}]


def plan(given: dict[str, Any], seen: groups.Live | None, last: dict[str, Any] | None = None) -> list:
    return groups.plan(declared(**given), {"ops": seen} if seen else {}, Applied({"ops": last} if last else {}))


def calls(changes: list) -> list[Any]:
    return [call.args.get("argv") or dict(call.args) for call in groups.delegate(changes, [], "apt")]


@pytest.mark.parametrize(
    ("given", "seen", "fields"),
    [
        ({}, live("x"), None),
        ({"gid": 7}, live(), None),
        ({"gid": 8}, live(), {"gid": [7, 8]}),
        ({"members": ["a"]}, live("a", "x"), None),
        ({"members": ["a", "b"]}, live("a", "x"), {"members": [["a"], ["a", "b"]]}),
        ({"members": ["a"]}, live(primary=("a",)), None),
        ({"members": ["a"], "exclusive": True}, live("a"), None),
        ({"members": ["a"], "exclusive": True}, live("a", "x"), {"members": [["a", "x"], ["a"]]}),
        ({"members": [], "exclusive": True}, live("x"), {"members": [["x"], []]}),
    ],
)
def test_who_is_in_it(given: dict[str, Any], seen: groups.Live, fields: dict | None) -> None:
    assert [change.fields for change in plan(given, seen)] == ([fields] if fields else [])


def test_a_missing_group_is_created_with_its_members_after_users_came() -> None:
    given = {"gid": 9, "system": True, "members": ["b", "a"], "exclusive": False}
    (change,) = plan(given, None)
    assert (change.action, change.origin, change.fields) == ("create", "pending", {"gid": [None, 9], "members": [[], ["a", "b"]]})
    first, *members = groups.delegate([change], declared(**given), "apt")
    assert (first.module, first.turn) == ("ansible.builtin.group", 0)
    assert first.args == {"name": "ops", "gid": 9, "system": True, "state": "present"}
    assert [(call.args["argv"], call.turn) for call in members] == [(["gpasswd", "--add", one, "ops"], 1) for one in ("a", "b")]


def test_a_member_goes_before_its_user_does() -> None:
    given = {"members": ["a"], "exclusive": True}
    (call,) = groups.delegate(plan(given, live("a", "x")), declared(**given), "apt")
    assert (call.args["argv"], call.turn) == (["gpasswd", "--delete", "x", "ops"], -1)


def test_whose_primary_group_it_is_is_told_and_left() -> None:
    given = {"members": ["a"], "exclusive": True}
    (change,) = plan(given, live("a", primary=("x",)), {"members": ["a"], "exclusive": True})
    assert (change.action, change.origin, change.fields) == ("report", "corrective", {"members": [["x"], []]})


@pytest.mark.parametrize(
    ("given", "seen", "last", "origin"),
    [
        ({"members": ["a"]}, live(), {"members": ["a"]}, "corrective"),
        ({"members": ["a", "b"]}, live("a"), {"members": ["a"]}, "pending"),
        ({"members": ["a", "b"]}, live(), {"members": ["a"]}, "conflict"),
        ({"members": [], "exclusive": True}, live("x"), {"members": []}, "pending"),
        ({"members": [], "exclusive": True}, live("x"), {"members": [], "exclusive": True}, "corrective"),
        ({"gid": 8}, None, {"gid": 8}, "corrective"),
    ],
)
def test_who_moved(given: dict[str, Any], seen: groups.Live | None, last: dict[str, Any], origin: str) -> None:
    (change,) = plan(given, seen, last)
    assert change.origin == origin


BEFORE = {"gid": 5, "members": ["root"]}


@pytest.mark.parametrize(
    ("applied", "more", "seen", "expected"),
    [
        ({}, {"before": {"ops": None}}, live("x"), ("remove", [{"name": "ops", "state": "absent"}])),
        ({}, {}, live(), ("report", [])),
        ({}, {"prune": True}, live(), ("remove", [{"name": "ops", "state": "absent"}])),
        ({}, {"before": {"ops": None}, "prune": True}, live(primary=("u",)), ("report", [])),
        ({"members": ["a", "root"]}, {"before": {"ops": BEFORE}}, live("a", "root", "x", gid=5),
         ("restore", [["gpasswd", "--delete", "a", "ops"]])),
        ({"gid": 7}, {"before": {"ops": BEFORE}}, live(), ("restore", [{"name": "ops", "gid": 5}])),
        # somebody has changed it since, or took the member out already
        ({"gid": 7}, {"before": {"ops": BEFORE}}, live(gid=9), None),
        ({"members": ["a"]}, {"before": {"ops": BEFORE}}, live("root", gid=5), None),
        # whom we took out stays out
        ({"members": [], "exclusive": True}, {"before": {"ops": BEFORE}}, live(gid=5), None),
    ],
)  # fmt: skip
def test_what_is_not_declared_any_more(applied: dict, more: dict, seen: groups.Live, expected: tuple | None) -> None:
    changes = groups.plan([], {"ops": seen}, Applied({"ops": applied}, **more))
    assert [(change.action, calls([change])) for change in changes] == ([expected] if expected else [])
    assert groups.plan([], {}, Applied({"ops": applied}, **more)) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "Ops"}, "Ops"),
        ({"name": "x" * 33}, "x" * 33),
        ({"members": ["a,b"]}, "a,b"),
        ({"gid": -1}, "-1"),
        ({"exclusive": True}, "members: []"),
    ],
)
def test_what_no_group_can_be(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConvergeError, match="groups") as caught:
        groups.checked(declared(**given))
    assert words in str(caught.value)


def test_one_name_once() -> None:
    with pytest.raises(ConvergeError, match="ops is listed twice"):
        groups.checked([*declared(), *declared(gid=1)])


def test_reads_the_account_database() -> None:
    root = groups.observe(["root", "no-such-group-here"])
    assert set(root) == {"root"}
    assert root["root"].gid == 0
    assert "root" in root["root"].primary, "in it by way of its account"
    assert groups.found({}, root["root"])["members"] == sorted(root["root"].members)
