# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import timestamps
from ansible_collections.echodiary.infra.plugins.module_utils._lease import clock, planning, shapes
from hypothesis import given
from hypothesis import strategies as st

START = clock.Now(wall=1_800_000_000.0, uptime=1000.0, boot="one")


def after(seconds: float) -> clock.Now:
    return START._replace(wall=START.wall + seconds, uptime=START.uptime + seconds)


def asked(state: str, **given: Any) -> dict[str, Any]:
    base = {"owner": "ann", "reason": "deploy v1", "run_url": "", "ttl": 900.0, "token": None, "force": False}
    return {**base, "override_freeze": "", "until": None, "state": state, **given}


def held(owner: str = "ann", now: clock.Now = START) -> shapes.Record:
    return planning.plan(planning.empty(), asked("acquired", owner=owner), now).record


def events(plan: planning.Plan) -> list[str]:
    return [event["event"] for event in plan.events]


def test_a_free_lock_is_acquired() -> None:
    plan = planning.plan(planning.empty(6), asked("acquired"), START)
    assert (plan.outcome, plan.record["token"], plan.record["lease"]["token"], events(plan)) == ("done", 7, 7, ["acquired"])


def test_a_held_lock_is_refused_and_stays() -> None:
    record = held("bob")
    plan = planning.plan(record, asked("acquired"), after(899))
    assert plan == ("held", record, (), "")


def test_an_expired_lease_is_broken_with_a_record_of_whose_it_was() -> None:
    plan = planning.plan(held("bob"), asked("acquired"), after(900))
    assert (plan.outcome, events(plan)) == ("done", ["broken", "acquired"])
    assert (plan.events[0]["owner"], plan.events[0]["token"], plan.events[0]["by"]) == ("bob", 1, "ann")
    assert plan.record["lease"]["token"] == 2
    assert "bob" in plan.note


def test_renewing_moves_the_end() -> None:
    plan = planning.plan(held(), asked("renewed", token=1), after(800))
    assert (plan.outcome, events(plan), plan.record["lease"]["token"]) == ("done", [], 1)
    assert planning.remaining(plan.record["lease"], after(1000)) == 700
    assert plan.record["lease"]["acquired"] == held()["lease"]["acquired"]


def test_a_lease_keeps_its_length_until_it_is_given_another() -> None:
    short = planning.plan(planning.empty(), asked("acquired", ttl=60.0), START).record
    kept = planning.plan(short, asked("renewed", token=1, ttl=None), after(10)).record
    assert planning.remaining(kept["lease"], after(10)) == 60
    assert planning.remaining(planning.plan(kept, asked("renewed", token=1, ttl=300.0), after(10)).record["lease"], after(10)) == 300
    assert planning.plan(planning.empty(), asked("acquired", ttl=None), START).record["lease"]["ttl"] == planning.TTL == 900


def test_acquiring_with_the_present_token_renews() -> None:
    assert planning.plan(held(), asked("acquired", token=1), after(10)).record["token"] == 1


def test_late_is_not_lost_while_nobody_came_in_between() -> None:
    plan = planning.plan(held(), asked("renewed", token=1), after(1000))
    assert (plan.outcome, events(plan)) == ("done", ["renewed_late"])
    assert "100 s after" in plan.note


def test_a_lease_that_was_broken_is_lost() -> None:
    taken = planning.plan(held("bob"), asked("acquired"), after(900)).record
    assert planning.plan(taken, asked("renewed", owner="bob", token=1), after(901)).outcome == "lost"
    assert planning.plan(planning.empty(3), asked("renewed", token=3), START).outcome == "lost"


def test_released_and_the_token_survives() -> None:
    plan = planning.plan(held(), asked("released", token=1), after(5))
    assert (plan.outcome, plan.record["lease"], plan.record["token"], events(plan)) == ("done", None, 1, ["released"])


@pytest.mark.parametrize(
    ("record", "given"),
    [
        (planning.empty(1), {"token": 1}),
        (planning.empty(1), {}),
        (held("bob"), {"token": 7}),
        (held("bob"), {}),
    ],
)
def test_releasing_what_is_not_ours_changes_nothing_and_does_not_fail(record: shapes.Record, given: dict[str, Any]) -> None:
    plan = planning.plan(record, asked("released", **given), after(1))
    assert (plan.outcome, plan.record) == ("same", record)


def test_by_force_with_the_reason_written_down() -> None:
    plan = planning.plan(held("bob"), asked("released", force=True, reason="runner lost"), after(1))
    assert plan.record["lease"] is None
    assert (plan.events[0]["event"], plan.events[0]["owner"], plan.events[0]["by"], plan.events[0]["why"]) == (
        "forced",
        "bob",
        "ann",
        "runner lost",
    )


def frozen_until(seconds: float, record: shapes.Record | None = None) -> shapes.Record:
    until = timestamps.to_text(START.wall + seconds)
    return planning.plan(record or planning.empty(), asked("frozen", until=until, reason="holidays"), START).record


def test_a_freeze_refuses_until_its_end() -> None:
    record = frozen_until(100)
    assert planning.plan(record, asked("acquired"), after(99)).outcome == "frozen"
    assert planning.plan(record, asked("acquired"), after(100)).outcome == "done"


def test_an_override_is_kept_with_the_lease_and_written_down() -> None:
    plan = planning.plan(frozen_until(100), asked("acquired", override_freeze="site is down"), START)
    assert plan.record["lease"]["override"] == "site is down"
    assert plan.events[0]["override"] == "site is down"


def test_an_override_of_nothing_is_not_one() -> None:
    plan = planning.plan(planning.empty(), asked("acquired", override_freeze="in case"), START)
    assert plan.record["lease"]["override"] == ""


def test_a_freeze_leaves_the_holder_alone() -> None:
    record = frozen_until(100, held())
    assert planning.plan(record, asked("renewed", token=1), after(1)).outcome == "done"
    assert planning.plan(record, asked("released", token=1), after(1)).outcome == "done"


def test_the_same_freeze_again_is_no_change_and_another_is() -> None:
    record = frozen_until(100)
    again = asked("frozen", until=record["freeze"]["until"], reason="holidays")
    assert planning.plan(record, again, after(1)).outcome == "same"
    assert planning.plan(record, {**again, "reason": "audit"}, after(1)).outcome == "done"


def test_thawed() -> None:
    plan = planning.plan(frozen_until(100), asked("thawed", reason="over"), START)
    assert (plan.outcome, plan.record["freeze"], events(plan)) == ("done", None, ["thawed"])
    assert planning.plan(plan.record, asked("thawed", reason="over"), START).outcome == "same"


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["acquired", "renewed", "released", "forced"]),
        st.sampled_from(["ann", "bob", "cy"]),
        st.floats(0, 2000),
    ),
    max_size=40,
)


@given(STEPS)
def test_never_two_holders_and_never_a_token_twice(steps: list[tuple[str, str, float]]) -> None:
    """Each of three runs believes in the token it got last; the one whose renewal is granted is the only one."""
    record, moment, mine, seen = planning.empty(), START, dict.fromkeys(("ann", "bob", "cy"), None), set()
    for state, owner, pause in steps:
        moment = moment._replace(wall=moment.wall + pause, uptime=moment.uptime + pause)
        force = state == "forced"
        request = asked("released" if force else state, owner=owner, token=mine[owner], force=force)
        if state == "acquired":
            request["token"] = None
        plan = planning.plan(record, request, moment)
        record = plan.record
        if state == "acquired" and plan.outcome == "done":
            assert record["token"] not in seen
            seen.add(record["token"])
            mine[owner] = record["token"]
    granted = [
        owner for owner, token in mine.items() if token and planning.plan(record, asked("renewed", token=token), moment).outcome == "done"
    ]
    assert len(granted) <= 1
