# SPDX-License-Identifier: GPL-3.0-or-later
"""What a name is made of is told under that name, and nothing else is touched."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import composed
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Change, Resource

MADE: Any = {"timer:b": {"parts": ["path:/etc/b.service", "path:/etc/b.timer", "unit:b.timer"]}, "path:/etc/x": {"kind": "file"}}


def change(resource: str, action: str, origin: str = "pending", **fields: Any) -> Change:
    return Change(Resource.parse(resource), action, origin, fields)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([change("file:/etc/b.service", "create"), change("file:/etc/b.timer", "create"), change("unit:b.timer", "start")], ("create", {})),
        ([change("unit:b.timer", "stop", "corrective", state=[1, 2])], ("stop", {"state": [1, 2]})),
        ([change("file:/etc/b.timer", "update", mode=[1, 2]), change("process:b.timer", "restart")], ("update", {"b.timer mode": [1, 2]})),
        ([change("file:/etc/b.timer", "update"), change("file:/etc/b.service", "create")], ("update", {})),
    ],
)
def test_all_that_is_done_to_it_is_one_change(changes: list[Change], expected: tuple) -> None:
    (told,) = composed.told(changes, MADE, MADE)
    assert (str(told.resource), told.action, told.fields) == ("timer:b", *expected)


def test_one_that_is_not_declared_any_more_is_removed() -> None:
    (told,) = composed.told([change("unit:b.timer", "stop"), change("file:/etc/b.timer", "remove")], MADE, {})
    assert (str(told.resource), told.action) == ("timer:b", "remove")


def test_git_and_somebody_on_the_host_at_once_are_a_conflict() -> None:
    (told,) = composed.told([change("unit:b.timer", "stop"), change("file:/etc/b.timer", "update", "corrective")], MADE, MADE)
    assert told.origin == "conflict"


def test_everything_else_is_told_as_it_is_and_where_it_was() -> None:
    others = [change("file:/etc/x", "create"), change("unit:c.timer", "start"), change("file:/etc/x", "create")]
    told = composed.told([others[0], change("unit:b.timer", "start"), *others[1:]], MADE, MADE)
    assert [str(one.resource) for one in told] == ["file:/etc/x", "timer:b", "unit:c.timer", "file:/etc/x"]
