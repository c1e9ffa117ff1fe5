# SPDX-License-Identifier: GPL-3.0-or-later
"""Users' way in is tried from the host itself and from the one that watches: each finds what the other cannot, and says what to do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.integration.release.machine import Machine
from tests.integration.release.states import TWO

LISTED = ["haproxy", "app", "shop", "desk", "mailer"]
CONVERGE = {"echodiary.infra.converge": {"components": "{{ converged }}"}}
LOOK = "systemctl status haproxy"


class Pair(NamedTuple):
    """A host that serves, and one that watches it: ``reports`` is where the drift report is written."""

    machine: Machine
    watching: dict[str, Any]
    reports: Path

    def check(self) -> tuple[list[str], dict[str, Any]]:
        """What the host that watches says of the other one's application, and that application in the report."""
        serving = {"components": LISTED, "converged": ["haproxy", "app"]}
        given = {"ansible_host": self.watching["address"], "components": ["watcher"], "converged": ["watcher"]}
        run = self.machine.play({"action": CONVERGE, "check": True, "vars": TWO}, hosts={"machine": serving, "mon1": given})
        report = json.loads((self.reports / "unnamed/report.json").read_text())
        apps = [one for host in report["hosts"] if host["name"] == "machine" for one in host["components"] if one["name"] == "app"]
        asked = run.tasks["mon1"][0].components["watcher"]["asked"]
        return [one["why"] for one in asked if (one["host"], one["component"]) == ("machine", "app")], apps[0]


@pytest.fixture
def pair(green: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    monkeypatch.setenv("ECHODIARY_DRIFT_DIRECTORY", str(tmp_path))
    green.role("watcher", component="---\nasks_edges: true\n")
    done = green.play({"components": ["haproxy"], "vars": {"components": LISTED}})
    assert not done[0].failed, done[0].msg
    try:
        yield Pair(green, green.create("watching", "bare"), tmp_path)
    finally:
        if not os.environ.get("KEEP_MACHINE"):
            green.lab("host", "destroy", "watching")


def test_a_broken_edge_is_degraded_with_what_to_look_at(pair: Pair) -> None:
    asked, app = pair.check()
    assert (asked, app["sync"], app["health"]) == ([], "Synced", "Healthy"), app

    # for the host itself all is well: only who comes from outside is kept out
    keep_out = f"INPUT -p tcp --dport 80 -s {pair.watching['address']} -j DROP"
    pair.machine.sh(f"iptables -I {keep_out}")
    asked, app = pair.check()
    pair.machine.sh(f"iptables -D {keep_out}")
    assert [why.partition(" at ")[0] for why in asked] == ["users get no answer"]
    assert (app["sync"], app["health"]) == ("Synced", "Degraded")
    assert all(words in app["msg"] for words in ("asked from mon1", "look on machine at:", LOOK)), app["msg"]

    # at its own port nobody is let in either
    pair.machine.parts("haproxy.ask(EDGE, 'disable frontend edge')")
    asked, app = pair.check()
    pair.machine.parts("haproxy.ask(EDGE, 'enable frontend edge')")
    assert [why.partition(" at ")[0] for why in asked] == ["users get no answer"]
    assert app["health"] == "Degraded"
    assert all(words in app["msg"] for words in ("users get no answer at http://127.0.0.1:80/", "look at:", LOOK)), app["msg"]
    assert pair.check()[1]["health"] == "Healthy"
