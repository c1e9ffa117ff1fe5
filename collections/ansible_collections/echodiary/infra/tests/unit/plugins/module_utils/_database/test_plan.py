# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs, what cannot be done, and what PostgreSQL is told: without a server."""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._database import goal, plan, statements

WANTED: dict[str, Any] = {
    "database": "shop", "maintenance_database": "postgres", "owner": "shop", "serving": ["app"], "visitors": ["monitor"],
    "schemas": ["public"], "extensions": [], "sessions": "",
    "roles": [
        {"name": name, "password": "x", "acts_as": "", "member_of": member_of, "exact": True, "connections": -1, "createdb": False,
         "createrole": False} for name, member_of in (("shop", []), ("app", []), ("monitor", ["pg_monitor"]))
    ],
}  # fmt: skip
EMPTY: dict[str, Any] = {
    "cluster": {
        "me": "master", "superuser": False, "createrole": True, "createdb": True, "roles": {}, "grantable": ["pg_monitor"], "databases": {},
        "serving_as": [],
    },
    "inside": None,
    "opens": [],
}  # fmt: skip


def role(**more: Any) -> dict[str, Any]:
    plain = dict.fromkeys(("superuser", "createdb", "createrole", "replication", "bypassrls"), False)
    how = {"login": True, "inherit": True, "connections": -1, "acts_as": "", "member_of": []}
    return {**plain, **how, "mine": True, "usable": False, "settable": False, **more}


def given(name: str, **more: Any) -> dict[str, Any]:
    return {"role": name, "admin": False, "inherit": True, "set": True, "grantor": "master", **more}


def whole() -> dict[str, Any]:
    """All as it is wanted, with one table."""
    grants = {"app": goal.GRANTED["table"]}
    seen = copy.deepcopy(EMPTY)
    seen["opens"] = ["shop", "app", "monitor"]
    seen["cluster"]["roles"] = {"shop": role(), "app": role(), "monitor": role(member_of=[given("pg_monitor")])}
    seen["cluster"]["databases"] = {"shop": {"owner": "shop", "connect": ["app", "monitor"]}}
    seen["inside"] = {
        "schemas": {"public": {"owner": "pg_database_owner", "creates": True, "grants": {"app": ["USAGE"], "monitor": ["USAGE"]}}},
        "relations": [{"kind": "table", "schema": "public", "name": "t", "owner": "shop", "tied": False, "grants": grants}],
        "defaults": [{"kind": kind, "schema": "public", "grants": {"app": rights}} for kind, rights in goal.GRANTED.items()],
        "extensions": [],
        "owns": {},
    }
    return seen


def changes(seen: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {f"{one.resource} {one.field}": (one.before, one.after) for one in plan.plan(WANTED, seen).changes}


def test_nothing_differs_where_all_is_as_wanted() -> None:
    assert plan.plan(WANTED, whole()) == ([], [], [])


def test_what_is_new_is_told_by_what_it_is_and_not_by_what_it_is_not() -> None:
    found = changes(EMPTY)
    assert {name: value for name, value in found.items() if name.startswith("role:app")} == {
        "role:app login": (None, True),
        "role:app password": (None, "opens"),
    }
    assert found["schema:public PUBLIC"] == (["USAGE"], [])


def test_an_owner_s_rights_go_with_what_he_owns() -> None:
    seen = whole()
    seen["inside"]["relations"][0].update(owner="app", grants={"app": ["DELETE", "INSERT", "SELECT", "TRUNCATE", "UPDATE"]})
    seen["inside"]["owns"] = {"app": ["table t"]}
    found = plan.plan(WANTED, seen).changes
    assert statements.of_inside(found, WANTED, seen)[1:] == [
        'REASSIGN OWNED BY "app" TO "shop"',
        'GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "public"."t" TO "app"',
    ]
    assert statements.borrowed(found, WANTED, seen["cluster"]) == ["app", "shop"]


def test_what_others_are_granted_is_theirs() -> None:
    seen = whole()
    seen["inside"]["relations"][0]["grants"]["analyst"] = ["SELECT"]
    assert changes(seen) == {}


def test_a_membership_with_more_than_is_wanted_is_taken_back_from_whoever_gave_it() -> None:
    seen = whole()
    seen["cluster"]["roles"]["app"]["member_of"] = [given("shop", grantor="dba")]
    seen["cluster"]["roles"]["monitor"]["member_of"] = [given("pg_monitor", admin=True)]
    found = plan.plan(WANTED, seen).changes
    assert changes(seen) == {
        "role:app member_of": (["shop"], []),
        "role:monitor member_of": (["pg_monitor with admin"], ["pg_monitor"]),
    }
    assert statements.of_roles(found, seen["cluster"], {}) == [
        'REVOKE "shop" FROM "app" GRANTED BY "dba"',
        'REVOKE "pg_monitor" FROM "monitor" GRANTED BY "master"',
        'GRANT "pg_monitor" TO "monitor" WITH ADMIN FALSE, INHERIT TRUE, SET TRUE',
    ]


def test_memberships_that_several_gave_count_together() -> None:
    several = [given("shop", admin=True, inherit=False, set=False), given("shop", grantor="dba")]
    assert goal.words(several) == ["shop with admin"]
    assert goal.words(several[:1]) == ["shop with admin without inherit and set"]


def test_what_only_a_superuser_does_is_refused_with_the_command() -> None:
    seen = whole()
    seen["cluster"]["roles"]["app"]["superuser"] = True
    (why,) = plan.plan(WANTED, seen).refused
    assert "ALTER ROLE app NOSUPERUSER" in why
    seen["cluster"]["superuser"] = True
    assert plan.plan(WANTED, seen).refused == []


def test_who_may_not_is_told_what_is_lacking() -> None:
    seen = whole()
    seen["cluster"]["roles"]["app"].update(createdb=True, mine=False)
    assert "GRANT app TO master WITH ADMIN OPTION" in plan.plan(WANTED, seen).refused[0]
    poor = copy.deepcopy(EMPTY)
    poor["cluster"].update(createrole=False, createdb=False)
    assert [why.partition(";")[0] for why in plan.plan(WANTED, poor).refused] == [
        "master may not make roles",
        "master may not make databases: ALTER ROLE master CREATEDB",
    ]


def test_what_cannot_be_given_is_left_out_and_told() -> None:
    seen = whole()
    seen["cluster"].update(grantable=[])
    seen["cluster"]["roles"]["monitor"]["member_of"] = []
    found = plan.plan(WANTED, seen)
    assert (found.changes, found.refused) == ([], [])
    assert "GRANT pg_monitor TO monitor" in found.warnings[0]


def test_rights_are_borrowed_only_by_who_has_not_got_them() -> None:
    seen = whole()
    seen["cluster"]["databases"]["shop"]["owner"] = "master"
    found = plan.plan(WANTED, seen).changes
    assert statements.borrowed(found, WANTED, seen["cluster"]) == ["shop"]
    seen["cluster"]["roles"]["shop"].update(usable=True, settable=True)
    assert statements.borrowed(found, WANTED, seen["cluster"]) == []
    assert statements.borrowed(found, WANTED, {**seen["cluster"], "superuser": True}) == []
