# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback in real runs of ansible-playbook beside fleet, with an action plugin that answers what the inventory says."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.tests.unit.plugins.callback import test_fleet as fleet

GONE = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
CHECK = {**fleet.CONVERGE, "check_mode": True}
DRIFTED = fleet.canned(fleet.component("baseline"), fleet.component("haproxy", sync="OutOfSync", changes=[fleet.DRIFT]), changed=True)


class Rig(fleet.Rig):
    def _environment(self) -> dict[str, str]:
        return {**super()._environment(), "ANSIBLE_CALLBACKS_ENABLED": "echodiary.infra.drift", **self.more}

    more: dict[str, str] = {}  # noqa: RUF012

    def check(
        self, hosts: dict[str, Any], tasks: list[dict[str, Any]], *words: str, **more: str
    ) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
        self.more = {"ECHODIARY_DRIFT_DIRECTORY": str(self.directory / "out"), "ECHODIARY_DRIFT_ENVIRONMENT": "test", **more}
        done = self.run(hosts, tasks, *words)
        path = self.directory / "out" / "test" / "report.json"
        return done, json.loads(path.read_text()) if path.exists() else {}


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def verdicts(report: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {host["name"]: (host["sync"], host["health"]) for host in report["hosts"]}


def test_a_check_of_three_kinds_of_hosts(rig: Rig) -> None:
    done, report = rig.check({"app1": fleet.IN_SYNC, "app2": DRIFTED, "gone": GONE}, [{"name": "Reach", "ping": {}}, CHECK])
    assert verdicts(report) == {"app1": ("Synced", "Healthy"), "app2": ("OutOfSync", "Healthy"), "gone": ("Unknown", "Unknown")}
    assert (report["mode"], report["environment"], report["sync"]) == ("check", "test", "Unknown")
    (resource,) = report["hosts"][1]["components"][1]["resources"]
    assert (resource["resource"], resource["origin"], resource["since"]) == ("file:/etc/haproxy/haproxy.cfg", "corrective", report["time"])
    assert {path.name for path in (rig.directory / "out" / "test").iterdir()} == {
        ".lock", "report.json", "index.html", "report.md", "badge.svg", "drift.prom", "memory.json",
    }  # fmt: skip
    assert "test: Unknown Unknown" in done.stdout
    assert "changed on the host" in done.stdout


def test_the_second_check_remembers_the_first(rig: Rig) -> None:
    _, first = rig.check({"app2": DRIFTED}, [CHECK])
    _, second = rig.check({"app2": DRIFTED}, [CHECK])
    assert second["hosts"][0]["components"][1]["resources"][0]["since"] == first["time"]
    assert [entry["time"] for entry in second["history"]] == [first["time"], second["time"]]


def test_ordinary_tasks_count_and_what_check_mode_skips_is_unknown(rig: Rig) -> None:
    local = {"ansible_connection": "local"}
    tasks = [
        {"name": "Write", "copy": {"dest": str(rig.directory / "x"), "content": "x", "mode": "0600"}},
        {"name": "Run", "command": "true"},
        {"name": "Guarded", "command": "true", "when": "not ansible_check_mode"},
        {"name": "Shrugged", "fail": {"msg": "no"}, "ignore_errors": True},
        {"name": "Elsewhere", "command": "true", "when": "inventory_hostname == 'other'"},
        {"name": "Looped", "file": {"path": "{{ item }}", "state": "absent"}, "loop": ["/nowhere/a", "/nowhere/b"]},
    ]
    _, report = rig.check({"app1": local}, tasks, "--check")
    (component,) = report["hosts"][0]["components"]
    found = {resource["resource"]: resource["sync"] for resource in component["resources"]}
    assert found == {"task:Write": "OutOfSync", "task:Run": "Unknown", "task:Guarded": "Unknown", "task:Shrugged": "Unknown"}
    assert component["sync"] == "Unknown"
    assert component["notes"] == ["6 tasks, 2 as declared"]


def test_hosts_of_a_play_that_failed_before_them_are_unknown(rig: Rig) -> None:
    tasks = [{"name": "Read", "fail": {"msg": "no credentials"}, "run_once": True}, CHECK]
    done, report = rig.check({"app1": fleet.IN_SYNC, "app2": fleet.IN_SYNC}, tasks)
    assert done.returncode == 2
    assert set(verdicts(report).values()) == {("Unknown", "Unknown")}
    assert any("no credentials" in host["msg"] for host in report["hosts"])


def test_a_run_that_changes_things_says_so(rig: Rig) -> None:
    _, report = rig.check({"app1": fleet.DRIFTED}, [fleet.CONVERGE])
    assert report["mode"] == "apply"
    assert verdicts(report) == {"app1": ("Synced", "Healthy")}


def test_without_a_directory_it_is_silent(rig: Rig) -> None:
    rig.more = {}
    done = rig.run({"app1": DRIFTED}, [CHECK])
    assert done.returncode == 0
    assert "report:" not in done.stdout


def test_a_play_may_say_where(rig: Rig) -> None:
    rig.more = {}
    hosts = {"app1": {**DRIFTED, "echodiary_environment": "play"}}
    rig.run(hosts, [CHECK], vars={"drift_directory": "here"})
    assert json.loads((rig.directory / "here" / "play" / "report.json").read_text())["environment"] == "play"


def test_a_report_that_cannot_be_written_is_an_error(rig: Rig) -> None:
    (rig.directory / "file").write_text("")
    done, _ = rig.check({"app1": DRIFTED}, [CHECK], ECHODIARY_DRIFT_DIRECTORY=str(rig.directory / "file"))
    assert done.returncode == 1
    assert "cannot be written to" in done.stdout + done.stderr
    assert "name another directory" in done.stdout + done.stderr


def test_raw_is_the_report_alone(rig: Rig) -> None:
    done, report = rig.check({"app1": DRIFTED}, [CHECK], ECHODIARY_DRIFT_RAW="1")
    assert {path.name for path in (rig.directory / "out" / "test").iterdir()} == {".lock", "report.json"}
    assert report["history"] == []
    assert "report:" not in done.stdout


def test_a_host_with_the_accounts_name_is_refused_before_anybody_is_asked(rig: Rig) -> None:
    hosts = {"app1": {"ansible_connection": "local"}, "aws": {"ansible_connection": "local"}}
    tasks = [{"name": "Touch", "copy": {"dest": str(rig.directory / "touched"), "content": "", "mode": "0600"}}]
    done, report = rig.check(hosts, tasks, "--limit", "app1")
    assert (done.returncode, report) == (5, {})
    assert "host aws" in done.stdout + done.stderr
    assert not (rig.directory / "touched").exists()
