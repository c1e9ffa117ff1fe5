# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.action import load_plan
from ansible_collections.echodiary.infra.plugins.modules import load_plan as documented
from ansible_collections.echodiary.infra.plugins.plugin_utils._load import programs
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

HOST: dict[str, Any] = {"components": ["haproxy", "echodiary"]}
GIVEN: dict[str, Any] = {"component": "echodiary", "hosts": ["app1", "app2"], "environment": "staging", "hey": "true", "locust": "true"}


def rig(**variables: Any) -> Rig:
    """Two hosts, of which the second has a tunnel, and a certificate."""
    hostvars: dict[str, Any] = {
        "app1": {**HOST, "ansible_host": "10.0.0.1", **variables},
        "app2": {
            **HOST,
            "ansible_host": "127.0.0.1",
            "private_address": "10.0.0.2",
            "haproxy_tls": "acme",
            "haproxy_tls_names": ["D.example"],
        },
        "mon1": {"components": ["prometheus"], "echodiary_slo_latency_seconds": "0.5"},
    }
    return Rig(load_plan, hostvars=hostvars, groups={"all": sorted(hostvars)}, playbook_dir=".", **hostvars["app1"])


def test_the_inventory_says_all_that_is_needed() -> None:
    found = rig().run(**GIVEN)
    plan = found["plan"]
    assert [(edge["name"], edge["url"], edge["host"]) for edge in plan["edges"]] == [
        ("app1", "http://10.0.0.1", "d.example"),
        ("app2", "https://10.0.0.2", "d.example"),
    ]
    assert plan["paths"] == ["/entries?limit=1"], "what component.yml declares that users ask"
    assert plan["parts"] == ["rate", "journey"]
    assert Path(plan["locustfile"]).is_file() and Path(plan["rows"]).is_file()
    assert plan["objectives"] == {"availability_percent": 99.5, "latency_percent": 95.0, "latency_seconds": 1.0}
    assert found["production"] is False
    assert (
        "rate and then journey, 30 s each, 20 requests a second by 10 users, to http://10.0.0.1, https://10.0.0.2 of staging"
        in found["msg"]
    )


def test_objectives_are_those_that_prometheus_host_sees() -> None:
    assert rig().run(**GIVEN, watcher="mon1")["plan"]["objectives"]["latency_seconds"] == 0.5


@pytest.mark.parametrize(("environment", "asked"), [("production", True), ("prod-eu", True), ("staging", False), ("", False)])
def test_in_production_a_name_has_to_be_typed(environment: str, asked: bool) -> None:
    assert rig().run(**{**GIVEN, "environment": environment})["production"] is asked


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"targets": ["https://example.com"]}, "https://example.com: no edge of this inventory"),
        ({"seconds": 3600, "users": 9999}, "load_seconds has to be at most 600, not 3600; load_users"),
        ({"locustfile": "/none.py"}, "/none.py (load_locustfile) is no file"),
        ({"users": 1}, "load_users 1 and load_rate 20 have to be 2 at least (2 edges, 1 paths each); or ask fewer: -e load_targets=<url>"),
        ({"rate": 5.0, "paths": ["/a", "/b", "/c"]}, "load_users 10 and load_rate 5 have to be 6 at least"),
        ({"hey": "no-such-hey"}, "no-such-hey is not on this machine: sudo apt-get install hey; or without it: -e load_parts=journey"),
        ({"locust": "no-such-locust"}, "no-such-locust is not on this machine: python3 -m venv"),
        ({"hosts": ["mon1"], "component": "prometheus"}, "host mon1 has no component haproxy"),
    ],
)
def test_what_may_not_be_is_refused_before_anything_is_sent(changed: dict[str, Any], said: str) -> None:
    assert said in rig().refused(**{**GIVEN, **changed})


def test_what_is_not_used_need_not_be_there() -> None:
    assert rig().run(**{**GIVEN, "parts": ["rate"], "locust": "no-such-locust"})["plan"]["locust"] == ""
    found = rig().run(**{**GIVEN, "seconds": 0, "hey": "no-such-hey", "locust": "no-such-locust"})
    assert "no load is sent" in found["msg"]


def test_a_way_of_ones_own_removes_what_it_writes_itself(tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text("")
    plan = rig().run(**GIVEN, locustfile=str(mine), paths=["/a", "/b"])["plan"]
    assert (plan["locustfile"], plan["rows"], plan["paths"]) == (str(mine), "", ["/a", "/b"])


def test_locust_lives_beside_the_environment_of_ansible(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))
    monkeypatch.setenv("PATH", str(tmp_path))
    said = rig().refused(**{**GIVEN, "hey": sys.executable, "locust": ""})
    assert f"python3 -m venv {tmp_path}/venv-load && {tmp_path}/venv-load/bin/pip install locust==" in said
    there = tmp_path / "venv-load" / "bin" / "locust"
    there.parent.mkdir(parents=True)
    there.write_text("#!/bin/sh\n")
    there.chmod(0o755)
    assert programs.find_locust("") == str(there)


def test_the_documentation_says_the_same_as_the_arguments() -> None:
    told = yaml.safe_load(documented.DOCUMENTATION)["options"]
    assert list(told) == list(load_plan.ActionModule.ARGUMENTS)
