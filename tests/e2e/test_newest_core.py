# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet as somebody sees it whose ansible-core is the newest: what a hand changed is found and put right, nothing else differs.

Fresh hosts, deploys and every other version: test_controllers.py, which takes minutes.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.topology import CORES
from tests.e2e import controllers, drill, fleet
from tests.pipelines.environments import Environment

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("fresh_fleet")]

LAB = Environment("local", fleet.NAME, fleet.SUBNET, fleet.PORT_OFFSET, drill.APPS, "ssh")


def test_it_sees_and_mends_what_the_oldest_has_converged(tmp_path: Path) -> None:
    fleet.converge(tmp_path)
    core = CORES[-1]
    LAB.command("controller", core)
    controllers.directory(LAB, tmp_path / "own")
    controllers.tarball(tmp_path / "own")
    newest = controllers.Controller(tmp_path / "own", f"{LAB.lab}-controller-{core.replace('.', '-')}")
    newest.bring()
    installed = newest.run("sh", "-c", "ansible-galaxy collection install --offline echodiary-infra-*.tar.gz -p collections")
    assert installed.code == 0, installed.output
    fleet.on("app1", "systemctl stop prometheus-node-exporter")
    seen = newest.run("ansible-playbook", "echodiary.infra.drift")
    assert seen.code == 0, seen.output
    report = json.loads(newest.run("cat", ".drift/local/report.json").output)
    drifted = {
        (host["name"], resource["resource"], resource["origin"])
        for host in report["hosts"]
        for component in host["components"]
        for resource in component["resources"]
        if resource["sync"] == "OutOfSync"
    }
    assert drifted == {("app1", "unit:prometheus-node-exporter.service", "corrective")}
    mended = newest.run("ansible-playbook", "echodiary.infra.site")
    assert mended.code == 0, mended.output
    assert fleet.on("app1", "systemctl is-active prometheus-node-exporter") == "active\n"
    assert controllers.ours(installed.output + seen.output + mended.output) == []
