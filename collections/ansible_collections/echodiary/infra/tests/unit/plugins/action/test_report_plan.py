# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.action import report_plan
from ansible_collections.echodiary.infra.plugins.modules import report_plan as documented
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

RELEASE = "release: {service: web, slots: {blue: 8001, green: 8002}, haproxy: {backend: shop-web}}\n"


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    role = tmp_path / "roles/shop"
    (role / "defaults").mkdir(parents=True)
    (role / "component.yml").write_text(RELEASE)
    (role / "defaults/main.yml").write_text(
        "shop_slo_availability_percent: 99\nshop_slo_latency_percent: 95\nshop_slo_latency_seconds: '0.5'\n"
    )
    hosts: dict[str, Any] = {
        "app1": {"inventory_hostname": "app1", "components": ["shop"]},
        "mon1": {"inventory_hostname": "mon1", "components": [], "shop_slo_availability_percent": 99.9},
    }
    groups = {"all": ["app1", "mon1"], "app": ["app1"], "monitoring": ["mon1"]}
    return Rig(report_plan, groups=groups, hostvars=hosts, playbook_dir=str(tmp_path), **hosts["app1"])


def test_components_with_a_release_their_backends_and_the_objectives_of_who_watches(rig: Rig) -> None:
    found = rig.run(environment="production", watcher="mon1", end="2026-11-29")["plan"]
    objectives = {"availability_percent": 99.9, "latency_percent": 95.0, "latency_seconds": 0.5}
    assert found["services"] == [{"component": "shop", "backend": "shop-web", "objectives": objectives, "trouble": ""}]
    assert (found["end"], found["days"]) == (1_795_910_400, 7)


def test_without_who_watches_they_are_the_hosts_own(rig: Rig) -> None:
    (service,) = rig.run()["plan"]["services"]
    assert service["objectives"]["availability_percent"] == 99.0


def test_objectives_that_are_none_cost_only_themselves(rig: Rig) -> None:
    rig.variables["hostvars"]["mon1"]["shop_slo_latency_seconds"] = "soon"
    (service,) = rig.run(watcher="mon1")["plan"]["services"]
    assert service["objectives"] is None and "soon" in service["trouble"]


def test_a_week_ends_now_where_nobody_says_otherwise(rig: Rig) -> None:
    before = int(time.time())
    assert before <= rig.run()["plan"]["end"] <= time.time()


def test_the_log_store_of_who_watches_is_asked_for_errors(rig: Rig) -> None:
    """Of role logs as it is: its second port has errors."""
    assert rig.run(watcher="mon1")["plan"]["logs"] == ""
    rig.variables["hostvars"]["mon1"]["components"] = ["logs"]
    assert rig.run(watcher="mon1")["plan"]["logs"] == "http://127.0.0.1:9429"
    assert rig.run(watcher="mon1", logs="http://logs:1")["plan"]["logs"] == "http://logs:1"
    assert rig.run()["plan"]["logs"] == ""


@pytest.mark.parametrize(("args", "said"), [({"end": "monday"}, "report_end"), ({"days": 0}, "report_days"), ({"days": 46}, "1 to 45")])
def test_what_is_no_week_is_refused(rig: Rig, args: Any, said: str) -> None:
    assert said in rig.refused(**args)


def test_the_documentation_lists_the_same_arguments() -> None:
    options = yaml.safe_load(documented.DOCUMENTATION)["options"]
    assert set(options) == set(report_plan.ActionModule.ARGUMENTS)
