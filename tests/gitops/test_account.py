# SPDX-License-Identifier: GPL-3.0-or-later
"""The account among the hosts: first, by itself, and left alone by whoever was not told otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift.model import Report

from gitops import fleet, operations, plans, policy
from gitops.clock import RealClock
from gitops.watch import core
from gitops.watch.state import State
from gitops.workspace import Workspace
from tests.gitops import builders as build
from tests.gitops.builders import HEAD, NOON

KNOWN = State(head=HEAD, good=HEAD)
HEALED = {"default": "heal", "components": {"account": "heal"}}


def account(*actions: str, **given: Any) -> Any:
    found = [build.resource(f"packets:{number}", action=action) for number, action in enumerate(actions or ("update",))]
    return build.host("aws", build.component("account", *found), groups=(), **given)


def report(*actions: str, **given: Any) -> Report:
    web = build.component("web", build.resource())
    return build.report(account(*actions, **given), build.host("app1", web), build.host("mon1", web))


def decide(found: Report, **rules: Any) -> core.Decision:
    made = build.policy(**rules)
    return core.decide(KNOWN, build.judged(found, made), made, NOON)


def targets(found: Report, wanted: operations.Wanted, **rules: Any) -> tuple[plans.Targets, list[str]]:
    made, nowhere = build.policy(**rules), Path("/nowhere")
    place = Workspace(nowhere, nowhere, "test", nowhere, nowhere)
    return operations.targets(operations.Context(place, made, RealClock(), print), build.judged(found, made), wanted)


@pytest.mark.parametrize(("default", "mode"), [("heal", "warn"), ("warn", "warn"), ("detect", "detect")])
def test_it_is_healed_where_it_is_named_and_nowhere_else(default: str, mode: str) -> None:
    assert build.policy(modes={"default": default}).mode("account") == mode
    assert build.policy(modes=HEALED).mode("account") == "heal"
    assert policy.Policy().mode("account") == "warn"


def test_a_watcher_leaves_it_alone_by_default_and_heals_the_hosts() -> None:
    decision = decide(report())
    assert decision.waves == ({"app1": ["web"], "mon1": ["web"]},)
    assert decision.left == {"aws/account": "mode warn"}


def test_it_is_a_wave_before_all_others() -> None:
    waves = decide(report(), modes=HEALED, waves=[["mon"], ["app"]]).waves
    assert waves == ({"aws": ["account"]}, {"mon1": ["web"]}, {"app1": ["web"]})


def test_what_takes_a_restart_is_left_to_people() -> None:
    decision = decide(report("restart"), modes=HEALED)
    assert "aws" not in {host for wave in decision.waves for host in wave}
    assert "--limit aws" in decision.left["aws/account"]
    assert decide(report("restart", "update"), modes=HEALED).waves[0] == {"aws": ["account"]}


def test_what_no_sync_does_is_no_reason_to_touch_it() -> None:
    assert decide(report("report"), modes=HEALED).waves == ({"app1": ["web"], "mon1": ["web"]},)


@pytest.mark.parametrize(
    ("wanted", "rules", "taken"),
    [
        (operations.Wanted(), {}, False),
        (operations.Wanted(hosts=["aws"]), {}, True),
        (operations.Wanted(components=["account"]), {}, True),
        (operations.Wanted(hosts=["app1"]), {}, False),
        (operations.Wanted(), {"modes": HEALED}, True),
    ],
)
def test_a_sync_changes_it_where_somebody_asked_for_it_by_name(wanted: operations.Wanted, rules: dict[str, Any], taken: bool) -> None:
    chosen, left = targets(report(), wanted, **rules)
    assert ("aws" in chosen) is taken
    assert any("--limit aws" in line for line in left) is not taken


def test_a_pause_and_a_window_hold_for_it_as_for_hosts() -> None:
    closed = {"kind": "deny", "schedule": "* * * * *", "duration": "1h", "reason": "freeze"}
    chosen, left = targets(report(), operations.Wanted(hosts=["aws"]), windows=[closed])
    assert chosen == {} and "freeze" in left[0]


def test_a_sync_does_the_account_first_and_by_itself() -> None:
    assert plans.waves({"app1": ["web"], "aws": ["account"]}) == [{"aws": ["account"]}, {"app1": ["web"]}]
    assert plans.waves({"app1": ["web"]}) == [{"app1": ["web"]}]


def test_no_lease_is_kept_on_it() -> None:
    assert fleet.lock_host(build.policy(), build.report(account(), build.host("db1"))) == "db1"


def test_an_account_that_nobody_heals_keeps_no_commit_from_being_good() -> None:
    found = build.report(account(reached=False, msg="no answer"), build.host("app1", build.component("web")))
    assert core.settled(State(head=HEAD), found, build.policy(), HEAD, NOON).good == HEAD
    assert core.settled(State(head=HEAD), found, build.policy(modes=HEALED), HEAD, NOON).good == ""


def test_a_plan_says_what_it_costs() -> None:
    found = build.report(build.host("aws", build.component("account", build.resource(), notes=("cost: 12.00 USD a month",))))
    assert plans.make(found, HEAD, {})["notes"] == ["cost: 12.00 USD a month"]
