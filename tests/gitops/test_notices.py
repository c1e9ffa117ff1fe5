# SPDX-License-Identifier: GPL-3.0-or-later
"""People are told of transitions and recoveries, once each, and of nothing else."""

from __future__ import annotations

import itertools

from ansible_collections.echodiary.infra.plugins.plugin_utils._drift.model import Report
from hypothesis import given
from hypothesis import strategies as st

from gitops.watch import core, notices
from gitops.watch.state import State
from tests.gitops import builders as build
from tests.gitops.builders import HEAD, NOON

DRIFT = build.report(build.host("app1", build.component("web", build.resource())))
CLEAN = build.report(build.host("app1", build.component("web")))
SICK = build.report(build.host("app1", build.component("web", health="Degraded", msg="no answer\nlog")))
GONE = build.report(build.host("app1", reached=False, msg="timed out"))
RULES = build.policy(modes={"default": "warn"})


def tell(state: State, report: Report, mode: str = "warn") -> State:
    rules = build.policy(modes={"default": mode})
    return notices.told(state, notices.of_report(report, state, rules, {}), "t", "test")


def events(*reports: Report, mode: str = "warn") -> list[str]:
    state = State()
    for report in reports:
        state = tell(state, report, mode)
    return [notice["event"] for notice in state.outbox]


def test_a_transition_is_told_once_and_so_is_the_recovery() -> None:
    assert events(CLEAN, DRIFT, DRIFT, DRIFT, CLEAN, CLEAN) == ["on-drift", "on-recovered"]


def test_worse_is_another_transition() -> None:
    assert events(DRIFT, SICK, DRIFT, CLEAN) == ["on-drift", "on-health-degraded", "on-drift", "on-recovered"]


def test_a_host_that_is_gone_is_one_notice_and_not_one_for_each_component() -> None:
    assert events(CLEAN, GONE, GONE, CLEAN) == ["on-unknown", "on-recovered"]


def test_in_detect_mode_nobody_is_told() -> None:
    assert events(CLEAN, DRIFT, SICK, CLEAN, mode="detect") == []


def test_a_heal_that_failed_and_flapping_are_told_as_what_they_are() -> None:
    state = core.tried(State(head=HEAD), DRIFT, {"app1": ["web"]}, {"app1/web": "no health\nlog"}, NOON)
    failed = tell(state, DRIFT).outbox[-1]
    assert (failed["event"], failed["severity"]) == ("on-heal-failed", "critical")
    assert failed["text"] == "test app1/web: could not be put right: no health"
    flapping = build.report(build.host("app1", build.component("web", build.resource(), flapping=True)))
    assert tell(State(), flapping).outbox[-1]["event"] == "on-flapping"


def test_git_and_the_quarantine_are_topics_too() -> None:
    state = core.quarantine(core.fetched(State(head=HEAD, good=HEAD), HEAD, "no route"), HEAD, "taken back", NOON)
    state = notices.told(state, notices.of_git(state), "t", "test")
    state = notices.told(state, notices.of_git(state), "t", "test")
    assert [notice["event"] for notice in state.outbox] == ["on-git-unreachable", "on-rolled-back"]
    state = core.fetched(state, "c" * 40, "")
    state = notices.told(state, notices.of_git(state), "t", "test")
    assert [notice["event"] for notice in state.outbox][2:] == ["on-recovered", "on-recovered"]


def test_a_heal_says_what_it_put_right_and_leaves_out_what_failed() -> None:
    both = build.report(
        build.host("app1", build.component("web", build.resource("file:/a")), build.component("b", build.resource("file:/b", "pending")))
    )
    wave = {"app1": ["web", "b"]}
    assert notices.of_heal(both, wave, {}) == [
        ("on-healed", "app1/web", "healed: file /a"),
        ("on-synced", "app1/b", "synced: file /b"),
    ]
    assert notices.of_heal(both, wave, {"app1/web": "no"}) == [("on-synced", "app1/b", "synced: file /b")]


@given(st.lists(st.sampled_from([DRIFT, CLEAN, SICK, GONE]), max_size=40))
def test_no_topic_is_told_the_same_twice_in_a_row_and_every_trouble_ends_with_a_recovery(course: list[Report]) -> None:
    state = State()
    for report in [*course, CLEAN]:
        state = tell(state, report)
    by_topic: dict[str, list[str]] = {}
    for notice in state.outbox:
        by_topic.setdefault(notice["topic"], []).append(notice["event"])
    for told in by_topic.values():
        assert all(one != next_ for one, next_ in itertools.pairwise(told))
        assert told[-1] == "on-recovered"
    assert state.told == {}
