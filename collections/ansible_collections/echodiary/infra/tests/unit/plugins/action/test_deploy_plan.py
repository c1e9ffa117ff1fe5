# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.utils.vars import load_extra_vars
from ansible_collections.echodiary.infra.plugins.action import deploy_plan
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import plan
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

GIVEN: dict[str, Any] = {"component": "echodiary", "lease_host": "app1", "pinned": "r/d:v1"}


def rig(**more: Any) -> Rig:
    hostvars = {"app1": {"components": ["node_exporter", "echodiary"]}, "app2": {}}
    groups = {"app": ["app1", "app2", "app3"], "all": ["app1", "app2", "app3"]}
    return Rig(deploy_plan, hostvars=hostvars, groups=groups, ansible_play_hosts_all=["app2", "app1"], playbook_dir=".", **more)


def test_what_the_component_the_play_and_the_inventory_say_is_put_together() -> None:
    found = rig().run(**GIVEN, release="v2", requests=[{"name": "alive"}, {"name": "entries"}], migrations_allowed=[{"rule": "drops"}])
    assert (found["image"], found["slots"], found["changed"]) == ("r/d:v2", True, False)
    assert (found["batches"], found["left_out"]) == ([["app1"], ["app2"]], ["app3"])
    assert (found["asked"], found["allowed"], found["textfiles"]) == ("alive, entries", ["drops"], plan.TEXTFILES)


def test_whose_logs_are_worth_a_look_where_somebody_keeps_them() -> None:
    assert rig().run(**GIVEN)["logs"] == []
    kept = rig()
    kept.variables["hostvars"]["mon1"] = {"components": ["prometheus", "logs"]}
    assert kept.run(**{**GIVEN, "component": "echodiary.infra.echodiary"})["logs"] == ["echodiary", "haproxy"]


def test_commands_that_are_suggested_name_the_component_where_it_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rig(component="frontend").run(**GIVEN)["also"] == ""
    monkeypatch.setattr(load_extra_vars, "extra_vars", {"component": "echodiary"}, raising=False)
    assert rig().run(**GIVEN)["also"] == " -e component=echodiary"


def test_haproxy_knows_one_of_another_collection_by_its_short_name() -> None:
    found = rig().run(**{**GIVEN, "component": "echodiary.infra.echodiary"})
    assert plan.of_result(found).context.gate.backend == "echodiary"


def test_filters_take_what_it_returned() -> None:
    found = rig().run(**GIVEN, gate={"prometheus": "mon1"})
    run = plan.of_result(found)
    assert run.context.gate.prometheus == "mon1"
    assert run.plan.pinned == "r/d:v1"


def test_a_component_without_slots_is_asked_nothing_that_users_ask() -> None:
    found = rig().run(**{**GIVEN, "component": "haproxy"}, kind="restart", requests=[{"name": "alive"}])
    assert (found["slots"], found["asked"], found["pinned"]) == (False, "", "")


def test_the_inventory_says_where_node_exporter_reads() -> None:
    assert rig(node_exporter_textfile_directory="/d").run(**GIVEN)["textfiles"] == "/d"
    assert rig().run(**{**GIVEN, "lease_host": "app2"})["textfiles"] == ""


def test_what_is_asked_is_what_the_component_declares_unless_somebody_says_otherwise() -> None:
    found = rig().run(**GIVEN, edge_url="http://127.0.0.1:81")
    assert [one["url"] for one in found["requests"]] == ["http://127.0.0.1:81/health", "http://127.0.0.1:81/entries?limit=1"]
    assert [one["name"] for one in found["verify"]] == ["entries", "verify"]
    gate = plan.of_result(found).context.gate
    assert (gate.path, gate.backend, gate.latency) == ("/health", "echodiary", "http_request_duration_seconds")
    found = rig().run(**GIVEN, requests=[], verify_requests=[], gate={"path": "/x"})
    assert (found["requests"], found["verify"], plan.of_result(found).context.gate.path) == ([], [], "/x")


@pytest.mark.parametrize("wrong", [{"component": "nothing"}, {"lease_host": ""}, {"pinned": ""}, {"kind": "other"}])
def test_what_is_not_clear_is_refused(wrong: dict[str, str]) -> None:
    rig().refused(**{**GIVEN, **wrong})


def test_a_revision_is_nothing_that_a_command_of_the_release_knows(tmp_path: Path) -> None:
    (tmp_path / "roles/shop/tree").mkdir(parents=True)
    release = "release: {service: web, slots: {blue: 1, green: 2}, migrate: {command: [up]}}"
    (tmp_path / "roles/shop/component.yml").write_text(f"---\n{release}\n")
    asked = {**GIVEN, "component": "shop", "kind": "migrate"}
    one = rig()
    one.variables["playbook_dir"] = str(tmp_path)
    assert "deploy_revision=0003" in one.refused(**asked, revision="0003")
    assert one.run(**asked)["schema_state"] == "head"
