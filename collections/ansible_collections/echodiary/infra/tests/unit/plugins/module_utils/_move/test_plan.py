# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._move import plan

SOURCE: Any = {"host": "old", "port": 5432, "database": "shop"}
TARGET: Any = {"host": "new", "port": 5432, "database": "shop"}
CONTENT = {"size": 3_000_000_000, "rows": 5000, "relations": 7, "revision": "0004", "extensions": ["citext", "plpgsql"], "prepared": 0}
SIDE: dict[str, Any] = {
    "version": 170004, "content": CONTENT, "frozen": False, "available": ["citext", "plpgsql"], "strangers": [], "wrong": [],
}  # fmt: skip


def seen(source: dict[str, Any] | None = None, target: dict[str, Any] | None = None, **more: Any) -> Any:
    return {"source": {**SIDE, **(source or {})}, "target": {**SIDE, "content": None, **(target or {})}, "closed": [], "pace": 0.0, **more}


def test_what_it_takes_is_told() -> None:
    found = plan.plan(seen(), SOURCE, TARGET, plan.COPY)
    assert not found.refused and "3.0 GB, 7 tables, about 5000 rows, revision 0004" in found.lines[0]
    assert "a guess" in found.lines[-1] and "for about 15 min" in found.lines[-1]
    assert "for about 2 min," in plan.plan(seen(pace=1e8), SOURCE, TARGET, plan.COPY).lines[-1]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (seen({"content": None}), "there is no database shop at old:5432"),
        (seen({"content": {**CONTENT, "prepared": 2}}), "2 prepared transactions wait"),
        (seen({"strangers": ["postgres (pid 7)"]}), "sessions of superusers in shop at old:5432 cannot be ended: postgres (pid 7)"),
        (seen({"wrong": ["role admin may not create databases"]}), "old:5432: role admin may not"),
        (seen(target={"version": 160009}), "new:5432 is PostgreSQL 16, older than 17 of old:5432"),
        (seen(target={"available": ["plpgsql"]}), "does not have the extensions citext"),
        (seen(target={"wrong": ["there is no role shop"]}), "new:5432: there is no role shop"),
        (seen(closed=["shop: password"]), "does not let in shop"),
        (seen(target={"content": CONTENT}), "nobody's data is written over"),
    ],
)
def test_each_reason_not_to_begin_is_told(what: Any, said: str) -> None:
    (refused,) = plan.plan(what, SOURCE, TARGET, plan.COPY).refused
    assert said in refused


def test_what_is_empty_or_was_left_half_way_is_written_over() -> None:
    for content in ({"content": {**CONTENT, "relations": 0}}, {"content": CONTENT, "frozen": True}):
        assert not plan.plan(seen(target=content), SOURCE, TARGET, plan.COPY).refused


def test_what_was_copied_already_need_not_be_empty() -> None:
    found = plan.plan(seen(target={"content": CONTENT, "frozen": True}), SOURCE, TARGET, plan.ROLL)
    assert not found.refused and "a run that was cut off" in found.lines[0]


def test_a_difference_says_what_left_and_what_arrived() -> None:
    same = {"table a": "3 rows, 77", "views": "1"}
    assert plan.differences(same, dict(same)) == []
    assert plan.differences(same, {"table a": "3 rows, 78", "table b": "1 rows, 1"}) == [
        "table a: 3 rows, 77 -> 3 rows, 78", "table b: not there -> 1 rows, 1", "views: 1 -> not there",
    ]  # fmt: skip
    many = {f"table {number:02}": "1" for number in range(14)}
    assert plan.differences(many, {})[-1] == "and 4 more"


def test_where_nobody_gets_in_yet_only_what_is_here_is_judged() -> None:
    found = plan.plan({**seen(), "target": None}, SOURCE, TARGET, plan.COPY)
    assert not found.refused and "its logins are made first" in found.lines[1]
