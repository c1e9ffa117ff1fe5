# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._balancer import plan
from ansible_collections.echodiary.infra.plugins.plugin_utils._balancer.shapes import Group, Host, Target, Timing
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from hypothesis import given
from hypothesis import strategies as st

TIMING = Timing(interval=10, timeout=5, healthy=2, unhealthy=3, delay=30)
STATES = ("initial", "healthy", "unhealthy", "draining", "")


def group(about: dict[str, str], others: tuple[str, ...] = (), isolated: tuple[str, ...] = ()) -> Group:
    """``about``: host -> its state, empty where it is not registered."""
    hosts = tuple(Host(name, f"i-{name}", "2026-12-01T05:00:00Z" if name in isolated else "") for name in about)
    there = {f"i-{name}": Target(state) for name, state in about.items() if state}
    return Group("g", "arn", "vpc", TIMING, {**there, **{f"i-other{one}": Target(state) for one, state in enumerate(others)}}, hosts)


def told(steps: list[plan.Step]) -> list[tuple[str, list[str]]]:
    return [(step.do, [host.name for host in step.hosts]) for step in steps]


def test_who_leaves_is_tagged_first() -> None:
    assert told(plan.leave(group({"app1": "healthy"}))) == [("tag", ["app1"]), ("deregister", ["app1"])]


def test_who_comes_back_loses_its_tag_first() -> None:
    assert told(plan.enter(group({"app1": ""}, isolated=("app1",)))) == [("untag", ["app1"]), ("register", ["app1"])]


def test_one_that_drains_is_out_already_and_may_come_back() -> None:
    draining = group({"app1": "draining"})
    assert told(plan.leave(draining)) == [("tag", ["app1"])]
    assert told(plan.enter(draining)) == [("register", ["app1"])]
    assert plan.still_there(draining) == {"app1": "draining"}


def test_an_unhealthy_one_is_registered_and_only_waited_for() -> None:
    assert plan.enter(group({"app1": "unhealthy"})) == []
    assert plan.unwell(group({"app1": "unhealthy"})) == {"app1": "unhealthy"}


@given(
    st.dictionaries(st.sampled_from(["app1", "app2"]), st.sampled_from(STATES), min_size=1),
    st.lists(st.sampled_from(STATES[:4]), max_size=3),
    st.sets(st.sampled_from(["app1", "app2"])),
)
def test_what_was_done_leaves_nothing_to_do(about: dict[str, str], others: list[str], isolated: set[str]) -> None:
    before = group(about, tuple(others), tuple(isolated))
    out = plan.after(before, plan.leave(before), "now")
    assert plan.leave(out) == [] and all(host.isolated for host in out.hosts)
    back = plan.after(out, plan.enter(out), "now")
    assert plan.enter(back) == [] and plan.unwell(back) == {} and plan.healthy_beside(back) == plan.healthy_beside(before)


@pytest.mark.parametrize(
    ("others", "minimum", "refused"),
    [
        ((), 1, True),
        (("unhealthy", "initial", "draining"), 1, True),
        (("healthy",), 1, False),
        (("healthy",), 2, True),
        (("healthy",), 0, False),
    ],
)
def test_too_few_are_never_left(others: tuple[str, ...], minimum: int, refused: bool) -> None:
    """An unhealthy one serves as well where nobody is healthy."""
    for state in ("healthy", "unhealthy", "initial"):
        about = group({"app1": state}, others)
        if refused:
            with pytest.raises(SpecError, match="return_host"):
                plan.check_leave(about, minimum, last=False)
        else:
            plan.check_leave(about, minimum, last=False)
        plan.check_leave(about, minimum, last=True)


@pytest.mark.parametrize("state", ["", "draining"])
def test_one_that_is_out_takes_nothing_away(state: str) -> None:
    plan.check_leave(group({"app1": state}), 1, last=False)


def test_who_is_isolated_need_not_be_well() -> None:
    assert plan.unwell(group({"app1": "", "app2": "healthy"}, isolated=("app1",))) == {}
    assert plan.unwell(group({"app1": ""})) == {"app1": "not registered"}


def test_how_long_a_load_balancer_takes() -> None:
    assert (TIMING.notices, TIMING.recovers) == (35, 35)
