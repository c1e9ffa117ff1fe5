# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import settle
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import cache, database, vpc
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Kind, Resource, Seen
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.run import Run
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

DATABASE, CACHE = Resource("database", "d"), Resource("cache", "c")


class Account:
    """Each look at a kind finds its resource in the next state; in the last one it stays. An empty state: it is gone."""

    def __init__(self, **states: list[str]) -> None:
        self._states, self.told = states, cast("list[str]", [])

    def seen(self, kind: Any) -> list[Seen]:
        states = self._states[kind.NAME]
        state = states.pop(0) if len(states) > 1 else states[0]
        return [Seen(Resource(kind.NAME, kind.NAME[0]), "id", {}, settled=state == "available", state=state)] if state else []

    @property
    def run(self) -> Run:
        return cast(
            "Run", SimpleNamespace(seen=self.seen, tell=self.told.append, holds=lambda: None, aws=SimpleNamespace(forget=lambda: None))
        )


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle, "FIRST", 0.0)


def test_it_waits_for_all_at_once_and_tells_each_state_once() -> None:
    account = Account(database=["creating", "creating", "backing-up", "available"], cache=["creating", "available"])
    settle.settle(account.run, [DATABASE, CACHE])
    assert [line.split()[1:3] for line in account.told] == [
        ["database:d", "creating"],
        ["cache:c", "creating"],
        ["database:d", "backing-up"],
    ]


def test_what_is_not_asked_for_is_not_looked_at() -> None:
    settle.settle(Account(database=["available"]).run, [DATABASE])
    settle.settle(Account().run, [])


def test_one_that_is_late_is_named_with_its_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "SETTLES", -1)
    with pytest.raises(SpecError, match=r"database:d: is still creating after .*; run again when it is done"):
        settle.settle(Account(database=["creating"]).run, [DATABASE])


def test_deadlines_are_the_kinds() -> None:
    assert [settle.deadline(cast("Kind", kind)) for kind in (database, cache, vpc)] == [2400, 1200, 60]


def test_what_takes_aws_time_to_remove_is_waited_for() -> None:
    account = Account(cache=["deleting", "deleting", ""])
    settle.gone(account.run, cast("Kind", cache), Seen(CACHE, "id", {}))
    assert len(account.told) == 1
    settle.gone(Account().run, cast("Kind", vpc), Seen(Resource("vpc", "v"), "id", {}))


def test_what_it_leaves_behind_for_a_while_is_waited_for_and_so_is_who_holds_it() -> None:
    left, held, account = ["its interfaces", "its interfaces", ""], ["in use by another", ""], Account(cache=[""])
    kind: Any = SimpleNamespace(NAME="cache", SETTLES=60, lingers=lambda _aws, _seen: left.pop(0), held=lambda _aws, _seen: held.pop(0))
    settle.free(account.run, kind, Seen(CACHE, "id", {}))
    settle.gone(account.run, kind, Seen(CACHE, "id", {}))
    assert left == held == []
    assert [line.split("cache:c  ")[1][:6] for line in account.told] == ["in use", "its in"]
    settle.free(account.run, cast("Kind", vpc), Seen(Resource("vpc", "v"), "id", {}))


def test_looks_become_calmer(monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[float] = []
    monkeypatch.setattr(settle, "FIRST", 1.0)
    monkeypatch.setattr(settle.time, "sleep", spent.append)
    settle.settle(Account(cache=["creating"] * 6 + ["available"]).run, [CACHE])
    assert spent == [1, 2, 4, 8, 15, 15]
