# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import sessions_plan as plan
from ansible_collections.echodiary.infra.plugins.plugin_utils._database.sessions_plan import Rule


def session(pid: int, **more: Any) -> dict[str, Any]:
    base = {"role": "echodiary", "application": "psql", "state": "idle", "kind": "client backend"}
    base |= {"client": "10.0.0.1", "query": "SELECT 1"}
    times = {"seconds": 100.0, "transaction_seconds": 0.0, "waits": False, "waits_seconds": 0.0, "began": f"b{pid}", "since": f"s{pid}"}
    return {"pid": pid, "database": "echodiary", "blocked_by": [], "advisory": False, **base, **times, **more}


def pids(choice: plan.Choice) -> list[int]:
    return [one["pid"] for one in choice.victims]


def waiting(pid: int, *behind: int, seconds: float = 40.0) -> dict[str, Any]:
    return session(pid, state="active", blocked_by=list(behind), waits=True, waits_seconds=seconds)


def test_idle_means_idle_for_long_enough_and_in_no_transaction() -> None:
    sessions = [session(1), session(2, seconds=5), session(3, state="idle in transaction"), session(4, state="active")]
    assert pids(plan.choose(sessions, Rule(plan.IDLE, 60))) == [1]


@pytest.mark.parametrize(
    "spared",
    [
        {"application": "echodiary-migrate/1.2"},
        {"application": "shop-migrate/1.9.2"},
        {"application": "my_shop.migrations"},
        {"application": "Flyway by Redgate"},
        {"application": "pg_dump"},
        {"kind": "walsender"},
        {"kind": "autovacuum worker"},
        {"advisory": True},
    ],
)
@pytest.mark.parametrize("end", [plan.IDLE, plan.BLOCKERS])
def test_migrations_backups_and_replicas_are_never_ended(spared: dict[str, Any], end: str) -> None:
    choice = plan.choose([session(1, **spared), waiting(2, 1)], Rule(end))
    assert pids(choice) == []
    assert [one["pid"] for one, _ in choice.spared] == [1]


@pytest.mark.parametrize("application", ["shop-api/1", "immigration-api", "shop-report migrate", ""])
def test_an_application_that_only_sounds_like_one_is_none(application: str) -> None:
    assert pids(plan.choose([session(1, application=application)], Rule(plan.IDLE))) == [1]


def test_a_rule_can_be_narrowed() -> None:
    sessions = [session(1, application="report"), session(2, application="psql"), session(3, application="report", role="ann")]
    assert pids(plan.choose(sessions, Rule(plan.IDLE, 0, "^report", "^echodiary$"))) == [1]


def test_the_head_of_a_queue_is_ended_and_who_waits_in_it_is_not() -> None:
    """1 holds a lock, 2 (an ALTER TABLE) waits for it, 3 and 4 wait behind 2."""
    sessions = [session(1, state="idle in transaction"), waiting(2, 1), waiting(3, 2), waiting(4, 2, 1)]
    assert plan.roots(sessions) == [1]
    assert [one["pid"] for one in plan.held_up(sessions, 1)] == [2, 4, 3]
    assert pids(plan.choose(sessions, Rule(plan.BLOCKERS, 30))) == [1]


def test_a_head_that_nobody_has_waited_for_long_is_left_alone() -> None:
    sessions = [session(1, state="active"), waiting(2, 1, seconds=3)]
    assert pids(plan.choose(sessions, Rule(plan.BLOCKERS, 30))) == []


def test_a_circle_has_no_head_and_ends_by_itself() -> None:
    assert plan.roots([waiting(1, 2), waiting(2, 1)]) == []


def test_only_what_was_seen_is_ended() -> None:
    assert plan.orders([session(7), session(8, state="active")]) == [
        {"pid": 7, "began": "b7", "since": "s7", "still": True},
        {"pid": 8, "began": "b8", "since": "s8", "still": False},
    ]


def test_nothing_is_ended_where_nothing_was_asked() -> None:
    assert plan.choose([session(1)], Rule("")) == plan.Choice([], [])


def test_holders_are_counted_most_first() -> None:
    lines = plan.holders([session(1), session(2, seconds=7), session(3, role="ann")])
    assert [line.split()[0] for line in lines] == ["2", "1"]
