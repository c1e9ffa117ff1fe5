# SPDX-License-Identifier: GPL-3.0-or-later
"""A watcher's decisions: single ones by example, and what must hold over any course of events by simulation."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift.model import Report
from hypothesis import given
from hypothesis import strategies as st

from gitops.policy import Policy
from gitops.watch import core
from gitops.watch.state import State, as_dict, from_dict
from tests.gitops import builders as build
from tests.gitops.builders import HEAD, NOON, OLD

KNOWN = State(head=HEAD, good=HEAD)
DRIFT = build.report(build.host("app1", build.component("web", build.resource())))


def decide(report: Report = DRIFT, state: State = KNOWN, now: float = NOON, rules: Policy | None = None, **kind: Any) -> core.Decision:
    policy = rules or build.policy(**kind)
    return core.decide(state, build.judged(report, policy, now=now), policy, now)


# Single decisions


@pytest.mark.parametrize(("count", "seconds"), [(1, 2), (2, 6), (3, 18), (4, 54), (5, 162), (6, 300), (7, 300), (1000, 300)])
def test_back_off(count: int, seconds: float) -> None:
    assert core.backoff(count) == seconds


@pytest.mark.parametrize(("mode", "healed"), [("detect", False), ("warn", False), ("heal", True)])
def test_only_heal_heals(mode: str, healed: bool) -> None:
    decision = decide(modes={"default": mode})
    assert bool(decision.waves) is healed
    assert decision.left == ({} if healed else {"app1/web": f"mode {mode}"})


def test_what_is_in_sync_is_left_alone_however_sick_it_is() -> None:
    sick = build.report(build.host("app1", build.component("web", health="Degraded")))
    assert decide(sick) == core.Decision((), {})


def test_what_is_only_reported_is_no_reason_to_touch_anything() -> None:
    assert decide(build.report(build.host("app1", build.component("web", build.resource("stranger:/x", action="report"))))).waves == ()


def test_a_host_that_could_not_be_judged_is_left_alone() -> None:
    gone = build.host("app1", build.component("web", build.resource()), reached=False, msg="timed out")
    assert decide(build.report(gone)).waves == ()


def test_waves_follow_the_groups_and_hosts_of_no_wave_come_last() -> None:
    found = build.report(*(build.host(name, build.component("web", build.resource())) for name in ("app1", "app2", "db1", "mon1")))
    decision = decide(found, waves=[["mon"], ["app"]])
    assert decision.waves == ({"mon1": ["web"]}, {"app1": ["web"], "app2": ["web"]}, {"db1": ["web"]})


def test_the_next_wave_waits_for_this_one_to_be_well() -> None:
    wave = {"app1": ["web"]}
    assert core.wave_is_well(build.report(build.host("app1", build.component("web"))), wave)
    for component in (build.component("web", build.resource()), build.component("web", health="Progressing")):
        assert not core.wave_is_well(build.report(build.host("app1", component)), wave)
    assert core.wave_is_well(build.report(build.host("app1", build.component("web"), build.component("x", health="Degraded"))), wave)
    assert not core.wave_is_well(build.report(build.host("app1", reached=False, msg="gone")), wave)


def test_a_window_a_pause_or_an_ignored_difference_withholds() -> None:
    deny = {"kind": "deny", "schedule": "0 0 * * 6", "duration": "24h", "reason": "weekend"}
    assert "weekend" in decide(windows=[deny]).left["app1/web"]
    rules = build.policy()
    paused = core.decide(KNOWN, build.judged(DRIFT, rules, (build.pause(),)), rules, NOON)
    assert (paused.waves, "paused until" in paused.left["app1/web"]) == ((), True)
    both = build.report(build.host("app1", build.component("web", build.resource("file:/a"), build.resource("file:/b"))))
    ignored = decide(both, ignore=[{"resource": "file:/a", "reason": "an experiment", "until": "2026-12-01"}])
    assert (ignored.waves, "file:/a is ignored" in ignored.left["app1/web"]) == ((), True)


def test_a_pause_that_ended_withholds_nothing() -> None:
    rules = build.policy()
    over = build.pause(NOON - 7200, 3600)
    assert core.decide(KNOWN, build.judged(DRIFT, rules, (over,)), rules, NOON).waves


# Git


def test_a_rolled_back_commit_is_not_applied_until_the_branch_moves() -> None:
    pending = build.report(build.host("app1", build.component("web", build.resource(origin="pending"))))
    state = core.rolled_back(State(head=HEAD, good=OLD), pending, {"app1/web": "no health\nlog"}, HEAD, NOON)
    assert core.desired(state).commit == OLD
    assert "HEAD aaaaaaaa is quarantined" in core.desired(state).note
    assert "app1/web was taken back: no health" in core.desired(state).note
    assert core.desired(core.fetched(state, HEAD, "")).commit == OLD
    assert core.desired(core.fetched(state, "c" * 40, "")) == core.Desired("c" * 40)


def test_a_repair_that_was_taken_back_is_not_the_commits_fault() -> None:
    state = core.rolled_back(KNOWN, DRIFT, {"app1/web": "no health"}, HEAD, NOON)
    assert state.quarantined == {}


def test_without_a_good_commit_nothing_is_enforced() -> None:
    state = core.quarantine(State(head=HEAD), HEAD, "bad", NOON)
    assert core.desired(state).commit == ""
    assert decide(state=state).waves == ()


def test_while_git_cannot_be_asked_the_last_commit_goes_on_being_enforced() -> None:
    state = core.fetched(KNOWN, HEAD, "no route")
    assert core.desired(state).commit == HEAD
    assert "git cannot be asked (no route); aaaaaaaa is enforced" in core.desired(state).note
    assert decide(state=state).waves


CALM = build.report(build.host("app1", build.component("web")))


def test_a_commit_that_would_bring_a_rolled_back_image_back_is_quarantined_whatever_commit_built_it() -> None:
    deploy = {"id": "1", "kind": "deploy", "outcome": "succeeded", "digest": "sha256:1", "commit": OLD}
    rollback = {"id": "2", "kind": "rollback", "outcome": "succeeded", "digest": "sha256:0", "rollback_of": "1"}
    image = build.resource("service:api", "pending", fields={"image": ["x@sha256:0", "x@sha256:1"]})
    text = build.resource("file:/opt/compose.yaml", "pending", fields={}, diff="-image: x@sha256:0\n+image: x@sha256:1\n")
    other = build.resource("file:/opt/compose.yaml", "pending", fields={}, diff="-image: x@sha256:1\n+image: x@sha256:0\n")
    for found, quarantined in ((image, True), (text, True), (other, False)):
        report = build.report(build.host("app1", build.component("web", found)))
        assert bool(core.released(KNOWN, [rollback, deploy], report, NOON).quarantined) is quarantined


def test_a_release_that_was_rolled_back_quarantines_its_commit() -> None:
    deploy = {"id": "1", "kind": "deploy", "outcome": "succeeded", "digest": "sha256:1", "commit": HEAD}
    before = {"id": "0", "kind": "deploy", "outcome": "succeeded", "digest": "sha256:0", "commit": OLD}
    rollback = {
        "id": "2",
        "kind": "rollback",
        "outcome": "succeeded",
        "digest": "sha256:0",
        "commit": OLD,
        "rollback_of": "1",
        "why": "slow",
    }
    restart = {"id": "3", "kind": "restart", "outcome": "succeeded", "digest": "sha256:0"}
    assert "slow" in core.released(KNOWN, [restart, rollback, deploy, before], CALM, NOON).quarantined["reason"]
    assert core.released(KNOWN, [{**deploy, "outcome": "taken_back"}, before], CALM, NOON).quarantined["commit"] == HEAD
    assert core.released(KNOWN, [deploy, before], CALM, NOON).quarantined == {}
    again = {**deploy, "id": "4"}
    assert core.released(KNOWN, [again, rollback, deploy, before], CALM, NOON).quarantined == {}
    assert core.released(dataclasses.replace(KNOWN, head="c" * 40), [rollback, deploy, before], CALM, NOON).quarantined == {}


def test_of_several_components_the_newest_move_of_each_counts() -> None:
    deploy = {"id": "1", "kind": "deploy", "outcome": "succeeded", "digest": "sha256:1", "commit": HEAD}
    rollback = {"id": "2", "kind": "rollback", "outcome": "succeeded", "digest": "sha256:0", "rollback_of": "1", "why": "slow"}
    other = {"id": "3", "kind": "deploy", "outcome": "succeeded", "digest": "sha256:9", "commit": OLD, "component": "cart"}

    def quarantined(*releases: dict[str, str]) -> bool:
        return bool(core.released(KNOWN, releases, CALM, NOON).quarantined)

    shop = [{**rollback, "component": "shop"}, {**deploy, "component": "shop"}]
    assert quarantined(other, *shop)
    assert quarantined(*shop, other)
    assert quarantined({**other, "outcome": "taken_back", "commit": HEAD}, shop[1])
    assert not quarantined(other, {**shop[1], "id": "4"}, *shop)
    # written by an older version, all or in part
    assert quarantined(other, rollback, deploy)
    assert quarantined(other, shop[0], deploy)
    assert not quarantined({**shop[1], "id": "4"}, rollback, deploy)


# The breaker


def heal(state: State, report: Report, now: float, bad: dict[str, str] | None = None) -> State:
    return core.tried(state, report, {"app1": ["web"]}, bad or {}, now)


def test_three_corrections_in_half_an_hour_stop_the_healing_of_that_component() -> None:
    state = KNOWN
    for number in range(3):
        assert decide(state=state, now=NOON + 400 * number).waves
        state = heal(state, DRIFT, NOON + 400 * number)
    later = NOON + 1300
    assert "Flapping: file:/etc/x was corrected 3 times" in decide(state=state, now=later).left["app1/web"]
    assert core.flapping_components(state) == {"app1/web"}
    other = build.report(build.host("app1", build.component("other", build.resource())))
    assert decide(other, state=state, now=later).waves


def test_what_git_asks_for_is_no_correction() -> None:
    pending = build.report(build.host("app1", build.component("web", build.resource(origin="pending"))))
    state = KNOWN
    for number in range(5):
        state = heal(state, pending, NOON + number)
    assert state.flapping == {}


def test_corrections_further_apart_than_the_window_do_not_add_up() -> None:
    state = KNOWN
    for number in range(10):
        state = heal(state, DRIFT, NOON + number * 901)
    assert state.flapping == {}


def test_flapping_ends_when_it_stayed_calm_when_people_say_so_or_when_the_branch_moves() -> None:
    state = KNOWN
    for number in range(3):
        state = heal(state, DRIFT, NOON + number)
    calm = build.report(build.host("app1", build.component("web")))
    rules = build.policy()
    assert core.settled(state, calm, rules, HEAD, NOON + 60).flapping
    assert not core.settled(state, calm, rules, HEAD, NOON + 1900).flapping
    assert core.settled(state, DRIFT, rules, HEAD, NOON + 1900).flapping
    assert not core.resumed(state, ["app1/web"]).flapping
    assert core.resumed(state, ["app2/web"]).flapping
    assert not core.fetched(state, "c" * 40, "").flapping


def test_a_commit_is_good_when_all_that_is_healed_is_well() -> None:
    rules = build.policy(modes={"default": "heal", "components": {"told": "warn"}})
    state = State(head=HEAD)
    well = build.report(build.host("app1", build.component("web"), build.component("told", build.resource())))
    assert core.settled(state, well, rules, HEAD, NOON).good == HEAD
    assert core.settled(state, DRIFT, rules, HEAD, NOON).good == ""
    gone = build.report(build.host("app1", build.component("web"), msg="gone"))
    assert core.settled(state, gone, rules, HEAD, NOON).good == ""


# Any course of events

EVENTS = st.lists(st.tuples(st.integers(1, 900), st.booleans(), st.booleans()), min_size=1, max_size=60)


@given(EVENTS)
def test_whatever_happens_a_resource_is_corrected_at_most_three_times_in_half_an_hour_and_attempts_keep_their_distance(
    course: list[tuple[int, bool, bool]],
) -> None:
    """``course``: seconds until the next look, whether there is drift then, whether a heal fails."""
    state, now, heals = KNOWN, NOON, []
    rules = build.policy()
    clean = build.report(build.host("app1", build.component("web")))
    for wait, drifts, fails in course:
        now += wait
        report = DRIFT if drifts else clean
        decision = core.decide(state, report, rules, now)
        if decision.waves:
            due = state.attempts.get("app1/web")
            assert due is None or now >= due.next
            heals.append(now)
            state = heal(state, report, now, {"app1/web": "no"} if fails else {})
            report = report if fails else clean
        state = core.settled(state, report, rules, HEAD, now)
        state = from_dict(as_dict(state))
    for start in heals:
        assert sum(start <= time < start + core.BREAKER_WINDOW for time in heals) <= core.BREAKER_CORRECTIONS


@given(st.lists(st.sampled_from([HEAD, OLD, "c" * 40, ""]), min_size=1, max_size=30), st.integers(0, 29))
def test_whatever_git_says_a_quarantined_head_is_never_enforced(heads: list[str], at: int) -> None:
    state = State(head=HEAD, good=OLD)
    for number, head in enumerate(heads):
        state = core.fetched(state, head or state.head, "" if head else "unreachable")
        if number == at:
            state = core.quarantine(state, state.head, "rolled back", NOON)
        if state.quarantined:
            assert core.desired(state).commit != state.quarantined["commit"]
        elif not state.fetch_error:
            assert core.desired(state).commit == state.head


@given(st.integers(1, 20))
def test_the_state_survives_its_file(number: int) -> None:
    state = KNOWN
    for count in range(number):
        state = heal(state, DRIFT, NOON + count * 100, {"app1": "x"})
    assert from_dict(as_dict(state)) == state
