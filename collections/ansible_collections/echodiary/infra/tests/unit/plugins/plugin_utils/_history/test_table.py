# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._history import table as history

ENTRY: dict[str, Any] = {
    "id": "b",
    "at": "2026-12-01T09:05:00Z",
    "kind": "deploy",
    "outcome": "succeeded",
    "release": "v1.4.0",
    "digest": "sha256:0123456789abcdef",
    "migration_from": "0003",
    "migration_to": "0004",
    "seconds": {"migrate": 2.0, "roll": 21.5},
    "who": "ann@ci",
    "why": "weekly",
}


def test_one_line_for_each_entry_and_a_mark_at_the_good_one() -> None:
    lines = history.table([ENTRY, {**ENTRY, "id": "a", "outcome": "taken_back", "error": "gate failed"}], ENTRY)
    assert len(lines) == 3
    assert lines[1].startswith("*  2026-12-01 09:05:00  deploy  succeeded")
    assert all(word in lines[1] for word in ("v1.4.0 (0123456789ab)", "0003 -> 0004", "23.5", "ann@ci", "weekly"))
    assert "gate failed" in lines[2]
    assert not lines[2].startswith("*")


def test_columns_stand_under_each_other() -> None:
    lines = history.table([ENTRY, {**ENTRY, "who": "somebody with a long name"}])
    assert len({line.index("weekly") for line in lines[1:]} | {lines[0].index("why")}) == 1


def test_entries_that_know_less_show_as_well() -> None:
    lines = history.table([{"id": "x"}, {"id": "y", "seconds": {"note": "odd"}, "why": "two\nlines " * 50}])
    assert len(lines) == 3
    assert all("\n" not in line and len(line) < 200 for line in lines)


def test_nothing_yet() -> None:
    assert history.table([]) == ["no releases recorded yet"]


def test_a_total_that_was_measured_wins() -> None:
    assert "29.4" in history.table([{**ENTRY, "seconds": {"migrate": 2.0, "total": 29.4}}])[1]


def test_histories_of_several_hosts_are_one() -> None:
    older = {"id": "a", "at": "2026-11-01T00:00:00Z"}
    assert [entry["id"] for entry in history.merge([[ENTRY], [older, ENTRY], []])] == ["b", "a"]


def test_summary_tells_of_damage() -> None:
    found = history.summary({"entries": [ENTRY], "last_good": ENTRY, "damaged": 1})
    assert "damaged" in found["msg"]
    assert "v1.4.0" in found["msg"]


def test_components_are_told_apart_where_there_are_several() -> None:
    shop, cart = {**ENTRY, "component": "shop"}, {**ENTRY, "id": "c", "component": "cart"}
    head, first, second = history.table([shop, cart])
    assert (head.split()[2], first.split()[2], second.split()[2]) == ("component", "shop", "cart")
    assert "component" not in history.table([shop, ENTRY])[0]
