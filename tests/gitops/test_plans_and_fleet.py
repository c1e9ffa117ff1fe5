# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan binds, how an apply ended, where the lease is, and how reports are put together."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from gitops import fleet, plans
from gitops.errors import BlockedError
from gitops.policy import Policy
from gitops.workspace import Workspace, inventory_in
from tests.gitops import builders as build

A, B = build.resource("file:/a"), build.resource("file:/b", "pending")
TARGETS = {"app1": ["web"]}


def plan_id(*resources: object, desired: str = "c1", targets: plans.Targets = TARGETS) -> str:
    report = build.report(build.host("app1", build.component("web", *resources)))  # type: ignore[arg-type]
    return str(plans.make(report, desired, targets)["id"])


def test_an_id_binds_commit_live_state_and_targets_and_nothing_else() -> None:
    same = plan_id(A, B)
    assert plan_id(B, A) == same
    assert plan_id(dataclasses.replace(A, since="2026-11-21T11:00:00Z", host={"owner": "ann"}), B) == same
    others = [
        plan_id(A),
        plan_id(A, B, desired="c2"),
        plan_id(A, B, targets={"app1": []}),
        plan_id(dataclasses.replace(A, diff="x"), B),
        plan_id(dataclasses.replace(A, fields={"mode": ["0600", "0644"]}), B),
        plan_id(dataclasses.replace(A, origin="conflict"), B),
    ]
    assert len({same, *others}) == 7


def test_a_host_that_went_away_since_makes_a_plan_untrue() -> None:
    here = build.report(build.host("app1", build.component("web", A)), build.host("app2", build.component("web")))
    gone = build.report(build.host("app1", build.component("web", A)), build.host("app2", reached=False, msg="timed out"))
    made = plans.make(here, "c1", TARGETS)
    plans.check(made, here, "c1")
    with pytest.raises(BlockedError, match="live state moved: app2"):
        plans.check(made, gone, "c1")
    with pytest.raises(BlockedError, match="git moved from c1 to c2"):
        plans.check(made, here, "c2")


def test_how_an_apply_ended() -> None:
    report = build.report(
        build.host("app1", build.component("web", status="taken_back", sync="OutOfSync", msg="no"), build.component("x", status="failed")),
        build.host("app2", build.component("web", health="Degraded")),
        build.host("mon1", msg="Take the lease: no"),
    )
    done = fleet.outcome(report, {"app1": ["web"], "app2": ["web"], "mon1": ["prometheus"]})
    assert done.taken_back == {"app1/web": "no"}
    assert done.failed == {"app2/web": "Synced Degraded", "mon1": "Take the lease: no"}


def test_the_lease_is_where_a_deploy_looks_for_it() -> None:
    report = build.report(*(build.host(name) for name in ("mon1", "app2", "app1")))
    assert fleet.lock_host(Policy(), report) == "app1"
    assert fleet.lock_host(Policy(lock_host="mon1"), report) == "mon1"
    assert fleet.lock_host(Policy(), build.report(build.host("b"), build.host("a"))) == "a"


def test_between_two_comparisons_the_schemas_last_verdict_stands() -> None:
    old = build.component("schema", build.resource("schema:entries.note"))
    before = build.report(build.host("app1", build.component("web"), old))
    now = build.report(build.host("app1", build.component("web")), build.host("app2", build.component("web")))
    assert fleet.with_schema(now, before).hosts[0].components[1] == old
    assert len(fleet.with_schema(now, before).hosts[1].components) == 1
    both = build.report(build.host("app1", build.component("web"), build.component("schema-a"), build.component("schema-b")))
    assert fleet.with_schema(now, both).hosts[0] == both.hosts[0]
    fresh = build.report(build.host("app1", build.component("schema")))
    assert fleet.with_schema(fresh, before) == fresh
    assert fleet.with_schema(now, None) == now


def test_hosts_that_were_looked_at_again_replace_themselves() -> None:
    whole = build.report(build.host("app1", build.component("web", A)), build.host("app2", build.component("web", A)))
    part = build.report(build.host("app2", build.component("web")))
    assert [host.sync for host in fleet.replaced(whole, part).hosts] == ["OutOfSync", "Synced"]


def test_the_inventory_is_the_projects_where_the_project_has_it(tmp_path: Path) -> None:
    root, project = tmp_path / "root", tmp_path / "project"
    (project / "inventories/production").mkdir(parents=True)
    place = Workspace(root, root / "inventories/production", "production", tmp_path, tmp_path)
    assert inventory_in(place, project) == project / "inventories/production"
    local = dataclasses.replace(place, inventory=root / ".lab/inventory")
    assert inventory_in(local, project) == root / ".lab/inventory"
