# SPDX-License-Identifier: GPL-3.0-or-later
"""The agents of an environment's instances: what they say to Systems Manager, and how they answer what it sends."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from typing import Any

from lab.strict.agents import UnheardError
from tests.integration.account.environment import Environment

PAUSE = 0.2


class Agents:
    """At work in a thread of their own as long as they are entered.

    ``silent``: names of hosts whose agent was never installed; ``code``: of what they run.
    """

    def __init__(self, env: Environment, place: Path) -> None:
        self.env, self.place = env, place
        self.silent: set[str] = set()
        self.code = 0
        self.ec2 = env.client("ec2")

    def __enter__(self) -> Agents:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._over.set()
        self._thread.join()

    def ids(self) -> dict[str, str]:
        """Name -> instance, of those that run."""
        filters = [{"Name": "instance-state-name", "Values": ["running"]}]
        found = self.ec2.describe_instances(Filters=filters)["Reservations"]
        every = [one for reservation in found for one in reservation["Instances"]]
        return {tag["Value"]: one["InstanceId"] for one in every for tag in one.get("Tags", ()) if tag["Key"] == "Name"}

    def key(self, instance: str) -> str:
        """Of its sshd, made when it is asked for first."""
        path = self.place / instance
        if not path.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
        return path.with_suffix(".pub").read_text()

    def makes_its_key_anew(self, instance: str) -> None:
        for path in (self.place / instance, (self.place / instance).with_suffix(".pub")):
            path.unlink(missing_ok=True)

    def _work(self) -> None:
        while not self._over.wait(PAUSE):
            self.speak()

    def speak(self) -> None:
        """Once, all of them."""
        for name, instance in self.ids().items():
            if name in self.silent:
                continue
            try:
                for command in self.env.aws.ping(instance):
                    said = (self.key(instance), "") if self.code == 0 else ("", "cat: no such file")
                    self.env.aws.answer(instance, command["id"], self.code, *said)
            except UnheardError:
                continue
