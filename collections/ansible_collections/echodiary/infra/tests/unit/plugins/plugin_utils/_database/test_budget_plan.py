# SPDX-License-Identifier: GPL-3.0-or-later
"""Arithmetic of connections: nobody is counted twice, nobody is forgotten, and the sum that is shown is the sum that decides."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._database import budget_plan as plan
from hypothesis import given
from hypothesis import strategies as st

ROLE, DATABASE = "echodiary", "diary"

small = st.integers(0, 40)
sessions = st.lists(
    st.builds(
        lambda role, database, application, count: {"role": role, "database": database, "application": application, "count": count},
        st.sampled_from([ROLE, "postgres", "postgres_exporter"]),
        st.sampled_from([DATABASE, "postgres"]),
        st.sampled_from(["echodiary-api/1", "echodiary-ready/1", "psql", ""]),
        st.integers(1, 9),
    ),
    max_size=8,
)
demands = st.integers(1, 9).flatmap(
    lambda hosts: st.builds(plan.Demand, st.just(hosts), st.integers(0, hosts), st.integers(1, 8), st.integers(1, 20), small, small)
)


def facts(**more: Any) -> dict[str, Any]:
    found = {
        "server_version_num": 170006,
        "max_connections": 100,
        "reserved": {"superuser_reserved_connections": 3, "reserved_connections": 0},
        "role": {"name": ROLE, "limit": -1, "superuser": False},
        "database": {"name": DATABASE, "limit": -1},
        "sessions": [],
    }
    return {**found, **more}


def session(count: int, role: str = ROLE, database: str = DATABASE, application: str = "echodiary-api/1") -> dict[str, Any]:
    return {"role": role, "database": database, "application": application, "count": count}


def judge(demand: plan.Demand, found: dict[str, Any], application: str = "", major: int | None = None) -> list[str]:
    return plan.problems(found, demand, plan.limits(found, plan.present(found, application)), major)


def test_a_refusal_spells_the_arithmetic_out() -> None:
    found = facts(sessions=[session(88), session(6, role="postgres_exporter")])
    (said,) = judge(plan.Demand(2, 2, 4, 5, 5, 1), found)
    sum_of_it, way_out = said.split("; ")
    assert sum_of_it == "2 hosts x 2 slots x 4 workers x (5 + 5 + 1) = 176 > max_connections 100 - 3 reserved - 6 of others = 91"
    assert way_out == "lower workers, pool_size or pool_overflow (5 per worker would fit), or raise max_connections to 185"


def test_a_batch_that_overlaps_needs_less_than_all_at_once() -> None:
    found = facts()
    assert judge(plan.Demand(3, 3, 2, 5, 5, 1), found) != []
    batch = plan.Demand(3, 1, 2, 5, 5, 1)
    assert judge(batch, found) == []
    assert str(batch) == "(3 hosts + 1 overlapping) x 2 workers x (5 + 5 + 1) = 88"
    assert str(plan.Demand(1, 0, 1, 5, 0, 0)) == "1 host x 1 worker x (5 + 0 + 0) = 5"


def test_limits_of_role_and_database_bind_where_they_are_tighter() -> None:
    demand = plan.Demand(1, 1, 2, 5, 5, 1)
    role = facts(role={"name": ROLE, "limit": 45, "superuser": False}, sessions=[session(2, database="postgres")])
    (said,) = judge(demand, role)
    assert "44 > connection limit of role echodiary 45 - 2 of others = 43" in said
    assert said.endswith("or ALTER ROLE echodiary CONNECTION LIMIT 46")
    database = facts(database={"name": DATABASE, "limit": 50}, sessions=[session(7, role="postgres_exporter")])
    (said,) = judge(demand, database)
    assert "44 > connection limit of database diary 50 - 7 of others = 43" in said
    superuser = facts(role={"name": ROLE, "limit": 1, "superuser": True})
    assert judge(demand, superuser) == []


def test_sessions_of_the_role_that_are_not_the_applications_count_as_others_when_it_has_a_name() -> None:
    found = facts(sessions=[session(30), session(5, application="psql")])
    assert (plan.present(found, "").own, plan.present(found, "").others) == (35, 0)
    assert (plan.present(found, "echodiary-").own, plan.present(found, "echodiary-").others) == (30, 5)


def test_another_major_version_is_refused() -> None:
    demand = plan.Demand(1, 1, 1, 5, 5, 1)
    assert judge(demand, facts(), major=17) == []
    assert judge(demand, facts(), major=16)[0].startswith("the server is PostgreSQL 17 and the inventory says 16")


def test_more_connections_than_the_settings_allow_are_remarked_on() -> None:
    demand = plan.Demand(1, 1, 1, 5, 5, 1)
    assert plan.surplus(demand, plan.Present(22, 0, 0, 0)) == ""
    assert "holds 23 connections" in plan.surplus(demand, plan.Present(23, 0, 0, 0))


@given(demands, sessions, small, small)
def test_the_applications_own_connections_change_nothing(demand: plan.Demand, others: list[dict[str, Any]], own: int, more: int) -> None:
    """However many of its connections are open, old and new together are the demand."""
    before = facts(sessions=others)
    after = facts(sessions=[*others, session(own), session(more)])
    assert judge(demand, before) == judge(demand, after)


@given(demands, sessions, st.integers(-1, 200), st.integers(-1, 200))
def test_every_session_is_counted_once(demand: plan.Demand, now: list[dict[str, Any]], role: int, database: int) -> None:
    found = facts(sessions=now, role={"name": ROLE, "limit": role, "superuser": False}, database={"name": DATABASE, "limit": database})
    counted = plan.present(found, "echodiary-")
    assert counted.own + counted.others == sum(one["count"] for one in now)
    of_role = sum(one["count"] for one in now if one["role"] == ROLE)
    assert counted.own + counted.role_others == of_role
    bounds = plan.limits(found, counted)
    wanted = [("server", True), ("role", role >= 0), ("database", database >= 0)]
    assert [bound.name for bound in bounds] == [name for name, there in wanted if there]
    fits = plan.fits_per_worker(demand, bounds)
    free = min(bound.free for bound in bounds)
    assert fits == 0 or fits * demand.slots * demand.workers <= free < (fits + 1) * demand.slots * demand.workers


@given(demands, sessions, st.integers(1, 300))
def test_the_advice_is_right(demand: plan.Demand, now: list[dict[str, Any]], whole: int) -> None:
    """With what it asks for, the same deploy passes, and with one less it does not."""
    found = facts(sessions=now, max_connections=whole)
    said = judge(demand, found)
    if not said:
        return
    advised = int(re.search(r"raise max_connections to (\d+)", said[0]).group(1))  # type: ignore[union-attr]
    assert judge(demand, {**found, "max_connections": advised}) == []
    assert judge(demand, {**found, "max_connections": advised - 1}) != []


@given(demands)
def test_the_arithmetic_that_is_shown_is_the_one_that_decides(demand: plan.Demand) -> None:
    shown, total = str(demand).rsplit(" = ", 1)
    shown = shown.replace(" overlapping", "").replace(" x 2 slots", " * 2")
    product = re.sub(r" (?:hosts?|workers?)", "", shown).replace(" x ", " * ")
    assert eval(product) == int(total) == demand.total
