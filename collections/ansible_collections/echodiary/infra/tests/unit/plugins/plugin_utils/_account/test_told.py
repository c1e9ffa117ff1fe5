# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.plugin_utils._account import model, told
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.authors import Author
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Change, Resource, Seen

NET, PART = Resource("net", "n"), Resource("part", "p")


def lines(action: str, **fields: tuple[object, object]) -> list[str]:
    return told.lines(told.plan([Change(PART, action, fields, refused="")], {NET: "net-1"}))  # type: ignore[arg-type]


def test_a_field_is_shown_as_found_and_as_declared() -> None:
    assert lines(model.UPDATE, open=(True, False), net=("net-0", "net-1")) == [
        "~ part:p",
        "    open  true -> false",
        "    net   net-0 -> net:n",
    ]


def test_of_a_list_what_goes_and_what_comes_is_shown() -> None:
    assert lines(model.UPDATE, rules=([{"port": 22}, {"port": 80}], [{"port": 80}, {"port": 443}])) == [
        "~ part:p",
        "    rules  - port=22",
        "    rules  + port=443",
    ]


def test_of_a_mapping_what_differs_is_shown() -> None:
    assert lines(model.UPDATE, tags=({"Name": "a", "Owner": "x"}, {"Name": "b", "Owner": "x"})) == ["~ part:p", "    tags  Name  a -> b"]


def test_what_is_new_needs_no_before_and_no_tags() -> None:
    assert lines(model.CREATE, size=(None, 3), tags=(None, {"Name": "p"})) == ["+ part:p", "    size  3"]


def test_a_plan_reads_the_same_before_and_after_what_it_refers_to_is_there() -> None:
    change = Change(PART, model.CREATE, {"net": (None, "(net:n)")})
    later = Change(PART, model.CREATE, {"net": (None, "net-1")})
    assert told.plan([change], {}) == told.plan([later], {NET: "net-1"})


def test_the_total_counts_by_what_is_done() -> None:
    changes = told.plan([Change(PART, model.CREATE, {}), Change(NET, model.CREATE, {}), Change(NET, model.ORPHAN, {})], {})
    assert told.total(changes) == "2 to create · 1 declared by nobody"
    assert told.total([]) == "nothing differs"


def test_a_run_that_was_cut_off_is_told_with_its_step() -> None:
    (line,) = told.cut_off({"event": "step", "at": "2026-11-30T00:00:00Z", "resource": "part:p", "action": "create"})
    assert "part:p" in line and "2026-11-30" in line
    assert told.cut_off(None) == []


def test_what_aws_is_not_done_with_and_what_people_should_know_is_told() -> None:
    busy = Seen(PART, "p-1", {}, settled=False, state="creating")
    known = Seen(NET, "net-1", {}, notes=("it waits for a reboot",))
    assert told.notes([busy, known, Seen(NET, "net-2", {})]) == ["part:p is creating", "net:n: it waits for a reboot"]


def test_who_changed_it_last_stands_below_what_differs() -> None:
    author = Author("ann", "2026-11-30 22:05", "ModifyPart")
    told_of = told.plan([Change(PART, model.UPDATE, {"size": (1, 2)})], {}, {PART: author})
    assert told.lines(told_of)[:2] == ["~ part:p", "    last touched by ann, 2026-11-30 22:05 (ModifyPart)"]
