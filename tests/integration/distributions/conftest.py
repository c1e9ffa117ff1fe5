# SPDX-License-Identifier: GPL-3.0-or-later
"""A host with Debian 12 beside one with Debian 13, both as a cloud provider hands them over, converged in one play."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lab import hosts
from tests.integration.converge.machine import Run
from tests.integration.release.machine import Machine as Release
from tests.integration.traffic import conftest as traffic

COMPONENTS = ["baseline", "node_exporter", "haproxy", "ticker"]
#: the names differ, and so does where its file lies; the timer is the same
TICKER = """
---
packages: [tree]
distributions:
  debian 12: {packages: [libaio1], paths: {/etc/ticker/words: /etc/default/ticker}}
  debian 13: {packages: [libaio1t64]}
timers:
  ticker:
    schedule: "*-*-* 03:00:00"
    command: [/bin/sh, -c, "cat /etc/default/ticker /etc/ticker/words > /run/ticker.words 2>/dev/null"]
    writes: [/run]
"""


class Machine(traffic.Machine):
    """``machine`` in plays is the host with Debian 12, ``newer`` that with Debian 13."""

    name, subnet, port_offset, image = "distributions-test", "172.30.195.0/24", "4300", hosts.OLDER

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        self.newer = self.create("newer", "bare")

    def both(self, *tasks: dict[str, Any], words: tuple[str, ...] = ()) -> Run:
        return self.play(*tasks, words=words, hosts={"newer": {"ansible_host": self.newer["address"]}})

    def on_newer(self, script: str) -> str:
        command = ["docker", "exec", "-i", f"{self.name}-newer", "sh", "-c", script]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout.strip()

    def destroy(self) -> None:
        self.lab("host", "destroy", "newer")
        super().destroy()


class Story(NamedTuple):
    """What both said when they were new, and after that; and what a check left on the older one."""

    before: set[str]
    after_check: set[str]
    run: Run
    quiet: Run


#: what the images brought, let be once it was seen
ALLOWED: list[dict[str, Any]] = []


def converge(*, check: bool = False) -> dict[str, Any]:
    given = {
        # what the inventory lists is what the edge knows: the applications themselves need Docker
        "components": [*COMPONENTS, "app", "shop"],
        "baseline_admin_keys": [Path(os.environ["DISTRIBUTIONS_KEY"]).read_text().strip()],
        "baseline_chrony_options": "-x -F 1",
        "node_exporter_containers": False,
        "baseline_allowed": ALLOWED,
    }
    return {"components": COMPONENTS, "check": check, "vars": given}


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """KEEP_MACHINE=1 leaves them for a look afterwards."""
    machine = Machine(tmp_path_factory.mktemp("machine"))
    machine.role("ticker", component=TICKER, **{"tree/etc/ticker/words": "tick\n"})
    os.environ["DISTRIBUTIONS_KEY"] = f"{machine.login['identity_file']}.pub"
    try:
        # sudo leaves a mark at the first login
        machine.sh("su admin -c 'sudo -n true'")
        yield machine
    finally:
        if not os.environ.get("KEEP_MACHINE"):
            machine.destroy()


@pytest.fixture(scope="session")
def story(pair: Machine) -> Story:
    before = pair.footprint()
    run = pair.both(converge(check=True))
    after = pair.footprint()
    seen = {one for tasks in run.tasks.values() for one in tasks[0].components["baseline"]["watched"]}
    ALLOWED.append({"resources": sorted(seen), "reason": "the images"})
    applied = pair.both(converge())
    for host, tasks in applied.tasks.items():
        run.tasks[host] += tasks
    return Story(before, after, run, pair.both(converge(), converge(check=True)))


@pytest.fixture(scope="session")
def host(pair: Machine, story: Story) -> Release:
    """The one with Debian 12, for questions to its HAProxy."""
    assert not story.run[1].failed, story.run[1].msg
    pair.bring()
    return pair
