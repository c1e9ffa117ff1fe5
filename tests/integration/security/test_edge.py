# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of an edge against a real HAProxy, with the role's own file, before a real EchoDiary: nothing, and what is planted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import docker
import pytest

from tests import warm
from tests.integration.edge import edges

pytestmark = pytest.mark.full

ROOT = Path(__file__).resolve().parents[3]


class Check:
    def __init__(self, place: Path, edge: edges.Edge, **variables: Any) -> None:
        self.place = place
        self.report = place / "report.json"
        own = {
            "ansible_connection": "local", "ansible_host": "127.0.0.1", "ansible_python_interpreter": sys.executable,
            "ansible_become": False, "components": ["haproxy", "echodiary"], "haproxy_port": edge.port, "haproxy_metrics_port": edge.inside,
            "haproxy_metrics_bind": "127.0.0.1", "echodiary_ports": {"blue": edge.slot, "green": edge.slot + 1},
            "echodiary_environment": "test", "echodiary_secrets_source": "inventory", **variables,
        }  # fmt: skip
        (place / "inventory.json").write_text(json.dumps({"all": {"hosts": {"app1": {}}, "vars": own}}))

    def run(self, *checks: str) -> tuple[set[str], str]:
        """What counts, and the output."""
        given = {"security_checks": checks, "security_report": str(self.report)}
        words = [warm.PLAYBOOK, "playbooks/security.yml", "-i", str(self.place / "inventory.json"), "-e", json.dumps(given)]
        environment = {**os.environ, "ANSIBLE_FORCE_COLOR": "0"}
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False)
        report = json.loads(self.report.read_text())
        assert report["unchecked"] == [], done.stdout + done.stderr
        return {one["id"] for one in report["findings"] if one["severity"] not in ("info", "low")}, done.stdout + done.stderr


def plant(place: Path, edge: edges.Edge, *changes: tuple[str, str]) -> None:
    """Somebody's hand in HAProxy's file, and a reload; a line that holds a word is changed, or gone."""
    path = place / "etc/haproxy/haproxy.cfg"
    lines = path.read_text().splitlines(keepends=True)
    for word, text in changes:
        assert any(word in line for line in lines), word
        lines = [f"    {text}\n" if text and word in line else "" if word in line else line for line in lines]
    path.write_text("".join(lines))
    docker.from_env().containers.get(f"{edges.NAME}-{edge.port}").kill("SIGUSR2")


INSIDE = ('return status 404 content-type text/plain string "not found" if { var(txn.', "")
HEADER = ("set-header X-Content-Type-Options", "")


def test_headers_and_what_is_for_the_inside(tmp_path: Path) -> None:
    with edges.running(tmp_path) as edge:
        check = Check(tmp_path, edge)
        found, output = check.run("headers", "internal")
        assert found == set(), output
        plant(tmp_path, edge, INSIDE, HEADER)
        found, output = check.run("headers", "internal")
    assert {"headers:x-content-type-options", "internal:/metrics", "internal:/openapi.json"} <= found, output
