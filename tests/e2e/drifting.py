# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of drift ask of the fleet: the gitops command against it, inventories with a change, ssh calls counted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.e2e import fleet


class Gitops:
    """The command with a state and reports of its own."""

    def __init__(self, place: Path, **policy: Any) -> None:
        self.place = place
        self.inventory = fleet.INVENTORY
        self.policy = place / "policy.yml"
        self.policy.write_text(json.dumps({"modes": {"default": "heal"}, "remote": "", "schema_interval": 0, **policy}))
        self.log = place / "ssh.log"
        wrapper = place / "ssh"
        wrapper.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {self.log}\nexec /usr/bin/ssh "$@"\n')
        wrapper.chmod(0o755)

    def start(self, *words: str) -> subprocess.Popen[str]:
        self.log.write_text("")
        options = ["-i", str(self.inventory), "--environment", "local", "--policy", str(self.policy)]
        options += ["--state", str(self.place / "state"), "--reports", str(self.place / "reports"), "-o", "json"]
        environment = {**os.environ, **fleet.ENVIRONMENT, "ANSIBLE_SSH_EXECUTABLE": str(self.place / "ssh")}
        command = [sys.executable, "-m", "gitops", *options, *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=fleet.ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)

    def run(self, *words: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        process = self.start(*words)
        output, errors = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.place / "reports/local/report.json").read_text())
        return found

    def found(self) -> dict[tuple[str, str, str], str]:
        """(host, component, resource) -> origin of all that differs."""
        return {
            (host["name"], component["name"], resource["resource"]): resource["origin"]
            for host in self.report()["hosts"]
            for component in host["components"]
            for resource in component["resources"]
            if resource["sync"] == "OutOfSync"
        }

    def ssh_calls(self) -> dict[str, int]:
        lines = self.log.read_text().splitlines()
        return {host: sum(f" {fleet.address(host)} " in line for line in lines) for host in fleet.HOSTS}

    def with_variables(self, group: str, **variables: Any) -> None:
        """From now on git wants something else: an inventory like the fleet's, with these variables of a group."""
        self.inventory = inventory_with(self.place, group, variables)


def inventory_with(place: Path, group: str = "", variables: dict[str, Any] | None = None) -> Path:
    """A copy of the fleet's inventory that finds keys where they are."""
    copy = place / "inventory"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(fleet.INVENTORY, copy)
    login = copy / "group_vars/all/lab.yml"
    login.write_text(login.read_text().replace("{{ inventory_dir }}/..", str(fleet.INVENTORY.parent)))
    if variables:
        (copy / "group_vars" / group / "zz_moved.yml").write_text(yaml.safe_dump(variables, explicit_start=True))
    return copy
