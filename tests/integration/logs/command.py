# SPDX-License-Identifier: GPL-3.0-or-later
"""`gitops logs` as people type it, of a checkout whose inventory has the host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from gitops import exits
from tests.integration.converge.machine import ROOT
from tests.integration.logs.machine import Machine


class Command:
    def __init__(self, host: Machine, place: Path) -> None:
        self.inventory = place / "inventory.json"
        known = json.loads(host._inventory({}).read_text(encoding="utf-8"))
        known["all"]["hosts"] = {"app1": {"components": ["logs", "log_shipper"]}}
        self.inventory.write_text(json.dumps(known), encoding="utf-8")
        self.state = str(place / "state")

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Beside the test."""
        command, environment = self._command(words), self._environment()
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        command, environment = self._command(words), self._environment()
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)

    def _command(self, words: tuple[str, ...]) -> list[str]:
        place = ("-i", str(self.inventory), "--environment", "test", "--state", self.state)
        return [sys.executable, "-m", "gitops", *place, "logs", *words]

    def _environment(self) -> dict[str, str]:
        return {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}

    def lines(self, *words: str) -> list[dict[str, str]]:
        done = self(*words, "--json")
        assert done.returncode == exits.GOOD, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]
