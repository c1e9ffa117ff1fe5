# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that failed, was passed by or cannot be reached registers something else than what was asked, and nobody stumbles over it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import registered
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy.hosts import Serving

GONE = {"unreachable": True, "changed": False, "msg": "no route"}
FAILED = {"failed": True, "changed": False, "msg": "no"}
SKIPPED = {"skipped": True, "changed": False}
NAMES = ("deploy_rolled", "deploy_gate", "deploy_prepared", "deploy_held", "deploy_schema", "deploy_lease", "deploy_way", "deploy_verdict")


def of(**variables: Any) -> registered.Registered:
    return registered.of("app1", {"app1": variables})


@pytest.mark.parametrize("result", [None, {}, GONE, FAILED, SKIPPED])
def test_a_host_without_a_result_knows_nothing(result: dict[str, Any] | None) -> None:
    found = of(**dict.fromkeys(NAMES, result))
    assert (found.changed, found.slot, found.port, found.config, found.token, found.leaves) == (False, "", None, "", None, "")
    assert (found.before, found.pending, found.caller, found.began) == (Serving("", ""), [], ("", ""), 0.0)
    assert not found.gate.get("last")


def test_a_batch_that_came_later_does_not_hide_what_the_host_watched_in_its_own() -> None:
    seen = {"last": {"error rate": {"value": "0"}}}
    assert of(deploy_gate=SKIPPED, deploy_gate_kept=seen).gate == seen
    assert of(deploy_gate={**seen, "failed": True}).gate["last"] == seen["last"]
    assert of(deploy_gate=SKIPPED).gate == SKIPPED


def test_what_ran_before_is_what_was_prepared_for_or_else_what_was_held() -> None:
    held = {"release": {"running": {"image": "old", "config": "c"}}}
    assert of(deploy_held=held).before == Serving("old", "c")
    assert of(deploy_held=held, deploy_prepared={"release": {"running": {"image": "now", "config": "d"}}}).before == Serving("now", "d")
    assert of(deploy_prepared={"release": {"running": None}}).before == Serving("", "")


def test_a_host_is_asked_at_its_own_address() -> None:
    assert of().address == "app1"
    assert of(ansible_host="198.51.100.7").address == "198.51.100.7"
    assert of(ansible_host="198.51.100.7", private_address="10.0.0.7").address == "10.0.0.7"


def test_the_first_phase_is_when_it_began() -> None:
    facts = {"deploy_phases": [{"name": "lock", "at": 5.5}, {"name": "smoke", "at": 9}], "deploy_caller": {"who": "ann", "url": ""}}
    found = of(ansible_facts=facts)
    assert (found.began, found.caller) == (5.5, ("ann", ""))
