# SPDX-License-Identifier: GPL-3.0-or-later
"""History keeps what was done on each host, and what the whole run was, also of one that did not get far."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import entry, plan, registered

from .test_plan import CONTEXT, ORDER

V1, V2 = "r/app@sha256:" + "1" * 64, "r/app@sha256:" + "2" * 64
FACTS = {"deploy_phases": [{"name": "lock", "at": 1700000000.5}]}
VERDICT = {
    "outcome": "succeeded", "seconds": {"total": 3.0}, "hosts": {"a": "new"}, "error": "", "schema_before": "0004", "schema_now": "0005",
}  # fmt: skip
LEAD = {"ansible_facts": FACTS, "deploy_lease": {"token": 7}, "deploy_verdict": VERDICT}
OTHER = {"ansible_facts": FACTS, "deploy_verdict": VERDICT}


def kept(host: str, order: dict[str, Any] | None = None, context: dict[str, Any] | None = None, **hosts: dict[str, Any]) -> entry.Entry:
    hostvars = {"a": LEAD, "b": OTHER, "c": OTHER, **hosts}
    run = plan.Run(plan.plan(ORDER._replace(pinned=V1, **(order or {}))), CONTEXT._replace(**(context or {})))
    return entry.entry(run, host, registered.Hosts(run.plan.hosts, hostvars))


def test_a_host_keeps_its_own_configuration_and_the_runs_id_gates_and_verdict() -> None:
    own = {
        **OTHER,
        "deploy_image": V2,
        "deploy_rolled": {"changed": True, "release": {"config": "new"}},
        "deploy_prepared": {"release": {"running": {"image": V1, "config": "old"}}},
    }
    watched = {
        **LEAD,
        "deploy_rolled": {"changed": True},
        "deploy_gate_kept": {"last": {"error rate": {"value": "0"}}},
        "deploy_gate": {"skipped": True},
    }
    found = kept("b", {"release": "v2"}, {"reason": "faster", "commit": "c0ffee"}, a=watched, b=own)
    assert found == {
        "id": "deploy-1700000000-7",
        "kind": "deploy",
        "component": "app",
        "why": "faster",
        "outcome": "succeeded",
        "release": "v2",
        "commit": "c0ffee",
        "digest": V2,
        "config": "new",
        "migration_from": "0004",
        "migration_to": "0005",
        "digest_before": V1,
        "config_before": "old",
        "rollback_of": "",
        "gates": {"error rate": "0"},
        "seconds": {"total": 3.0},
        "hosts": {"a": "new"},
        "error": "",
    }


def test_all_hosts_have_the_same_id() -> None:
    assert len({kept(host)["id"] for host in "abc"}) == 1


def test_what_was_not_found_out_is_the_pin_and_what_did_not_happen_is_empty() -> None:
    found = kept("b", a={**LEAD, "deploy_lease": {"failed": True}})
    assert (found["id"], found["digest"], found["config"], found["digest_before"]) == ("deploy-1700000000-0", V1, "", "")
    assert found["gates"] == {}


def test_a_host_that_has_no_verdict_is_not_said_to_have_succeeded() -> None:
    assert kept("b", b={"ansible_facts": FACTS, "deploy_verdict": {"failed": True, "msg": "x"}})["outcome"] == "failed"
    assert kept("b", b={})["outcome"] == "failed"


def test_a_rollback_names_what_it_leaves() -> None:
    found = kept("c", {"kind": "rollback"}, a={**LEAD, "deploy_way": {"leaves": "deploy-1-1"}})
    assert (found["kind"], found["rollback_of"], found["release"]) == ("rollback", "deploy-1-1", "")


def test_a_restart_of_a_component_without_slots_is_of_no_image() -> None:
    assert kept("b", {"kind": "restart", "component": "prometheus", "released": False})["digest"] == ""


def test_a_schema_under_which_the_release_before_may_break_is_not_shown_well() -> None:
    shown = {**OTHER, "deploy_schema_shown": True}
    assert kept("b", b=shown)["gates"] == {"the release before on the new schema": "passed"}
    assert kept("b", None, {"allowed": ["breaks-running-release"]}, b=shown)["gates"] == {}
