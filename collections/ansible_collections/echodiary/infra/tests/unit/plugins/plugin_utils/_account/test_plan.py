# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import model, plan
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Change, Kind, Ref, Resource, Seen, Wanted

NET, PART = Resource("net", "n"), Resource("part", "p")


def kind(kept: bool = False, **effects: str) -> Kind:
    return cast("Kind", SimpleNamespace(KEPT=kept, EFFECT=effects))


def planned(wanted: list[Wanted], seen: list[Seen], kept: bool = False, **effects: str) -> list[Change]:
    kinds = {"net": kind(kept, **effects), "part": kind(kept, **effects)}
    return plan.plan(wanted, seen, kinds, plan.known_ids(seen))


def test_what_is_as_declared_is_no_change() -> None:
    wanted = [Wanted(PART, {"net": Ref("net", "n"), "open": False, "members": ["b", "a"]})]
    seen = [Seen(NET, "net-1", {}, ours=False), Seen(PART, "p-1", {"net": "net-1", "open": False, "members": ["a", "b"], "more": 1})]
    assert planned(wanted, seen) == []


def test_what_differs_is_shown_as_found_and_declared() -> None:
    (change,) = planned([Wanted(PART, {"open": False, "size": 1})], [Seen(PART, "p-1", {"open": True, "size": 1})])
    assert (change.action, change.fields) == (model.UPDATE, {"open": (True, False)})


def test_what_is_not_there_is_made_and_its_references_named() -> None:
    (change,) = planned([Wanted(PART, {"net": Ref("net", "n")})], [])
    assert (change.action, change.fields) == (model.CREATE, {"net": (None, "(net:n)")})
    assert list(plan.missing({"a": [{"b": "(net:n)"}], "c": "(", "d": 1})) == ["net:n"]


@pytest.mark.parametrize(("field", "action"), [("free", model.UPDATE), ("slow", model.RESTART)])
def test_the_worst_effect_wins(field: str, action: str) -> None:
    (change,) = planned([Wanted(PART, {field: 1, "free": 1})], [Seen(PART, "p", {})], slow=model.RESTART)
    assert change.action == action


def test_what_can_be_put_right_does_not_wait_for_what_cannot() -> None:
    wanted = Wanted(PART, {"free": 1, "fixed": 1})
    easy, hard = planned([wanted], [Seen(PART, "p", {"free": 2, "fixed": 2})], fixed=model.REPLACE)
    assert (easy.action, easy.fields, easy.refused) == (model.UPDATE, {"free": (2, 1)}, "")
    assert easy.wanted is not None and easy.wanted.fields == {"free": 1, "fixed": 2}
    assert (hard.action, hard.fields) == (model.REPLACE, {"fixed": (2, 1)})


def test_what_would_be_replaced_says_what_people_can_do() -> None:
    (change,) = planned([Wanted(PART, {"fixed": 1})], [Seen(PART, "p", {"fixed": 2})], fixed=model.REPLACE)
    assert "-e replace=part:p" in change.refused


def test_what_holds_data_is_never_replaced() -> None:
    (change,) = planned([Wanted(PART, {"fixed": 1})], [Seen(PART, "p", {"fixed": 2})], kept=True, fixed=model.REPLACE)
    assert change.action == model.REPLACE and "replace=" not in change.refused and change.refused


@pytest.mark.parametrize(("found", "action"), [(1, model.UPDATE), (3, model.IRREVERSIBLE), (None, model.IRREVERSIBLE)])
def test_a_size_grows_and_never_shrinks(found: int | None, action: str) -> None:
    (change,) = planned([Wanted(PART, {"disk": 2})], [Seen(PART, "p", {"disk": found})], disk=model.GROWS)
    assert change.action == action and bool(change.refused) == (action == model.IRREVERSIBLE)


def test_what_is_ours_and_nobody_declares_is_told() -> None:
    changes = planned([], [Seen(PART, "p-1", {}), Seen(NET, "n-1", {}, ours=False)])
    assert [(one.resource, one.action) for one in changes] == [(PART, model.ORPHAN)]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [([1, 2], [2, 1], True), ([{"a": [1, 2]}], [{"a": [2, 1]}], True), (None, False, False), ([], None, False), ("1", 1, False)],
)
def test_lists_are_sets_and_nothing_else_is_alike(one: Any, other: Any, alike: bool) -> None:
    assert plan.same(one, other) is alike


def test_what_holds_data_stays_with_all_that_it_stands_on() -> None:
    place, store = Resource("place", "a"), Resource("store", "s")
    seen = [
        Seen(NET, "net-1", {}),
        Seen(PART, "p-1", {"net": "net-1"}),
        Seen(place, "a-1", {"parts": ["p-1"]}),
        Seen(store, "s-1", {"place": "a-1", "size": 1}),
        Seen(Resource("part", "free"), "p-2", {"net": "net-1"}),
    ]
    kinds = {"net": kind(), "part": kind(), "place": kind(), "store": kind(kept=True)}
    left = {str(one.resource): one for one in plan.plan([], seen, kinds, {})}
    assert {name for name, one in left.items() if one.action == model.ORPHAN} == {"part:free"}
    assert {name for name, one in left.items() if one.action == model.KEEP} == {"net:n", "part:p", "place:a", "store:s"}
    assert "store:s needs it" in left["net:n"].refused and "prune" in left["store:s"].refused
