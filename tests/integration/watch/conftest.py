# SPDX-License-Identifier: GPL-3.0-or-later
"""A host with role baseline and one Compose project; what its image brought is let be, as people do with `adopt`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.converge import machine as converge

COMPONENTS = ["baseline", "demo", "web"]


class Machine(converge.Machine):
    name, subnet, port_offset = "watch-test", "172.30.197.0/24", "4700"

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        self.allowed: list[dict[str, Any]] = []

    def task(self, *, check: bool = False, **variables: Any) -> dict[str, Any]:
        given = {
            "baseline_admin_keys": [Path(f"{self.login['identity_file']}.pub").read_text().strip()],
            "baseline_chrony_options": "-x -F 1",
            "baseline_allowed": self.allowed,
        }
        return converge.task(COMPONENTS, check=check, **{**given, **variables})

    def check(self, **variables: Any) -> converge.Task:
        return self.play(self.task(check=True, **variables))[0]

    def converge(self, **variables: Any) -> converge.Task:
        return self.play(self.task(**variables))[0]

    def adopt(self, reason: str) -> None:
        """As ``adopt`` does: what a check names is let be."""
        found = self.check().components["baseline"]["watched"]
        self.allowed.append({"resources": found, "reason": reason})


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Just booted. KEEP_MACHINE=1 leaves it for a look afterwards."""
    machine = Machine(tmp_path_factory.mktemp("machine"))
    try:
        machine.sh(converge.IMAGE)
        machine.sh("apt-get update -qq && su admin -c 'sudo -n true'")
        yield machine
    finally:
        if not os.environ.get("KEEP_MACHINE"):
            machine.destroy()


@pytest.fixture(scope="session")
def machine(fresh: Machine) -> Machine:
    """Adopted, converged, and quiet."""
    fresh.adopt("the image of the lab")
    converged = fresh.converge()
    assert not converged.failed, converged.msg
    return fresh
