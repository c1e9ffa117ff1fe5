# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays on two hosts that are this machine and a third that nobody can reach: which host came how far, as the play itself wrote down."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests import warm

ROOT = Path(__file__).resolve().parents[3]
PLAYBOOK = warm.PLAYBOOK
HOSTS = ("app1", "app2")

Task = dict[str, Any]

#: leaves a file where the controller is; a module would be two processes for each host
MARK = """
import pathlib
from ansible.plugins.action import ActionBase

class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        if not self._task.check_mode:
            pathlib.Path(self._task.args["path"]).touch()
        return {"changed": True}
"""


def _closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        number: int = one.getsockname()[1]
        return number


class Fleet:
    def __init__(self, place: Path) -> None:
        self.place, self.marks = place, place / "marks"
        self.marks.mkdir()
        (place / "action_plugins").mkdir()
        (place / "action_plugins/mark.py").write_text(MARK)
        here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        gone = {"ansible_host": "127.0.0.1", "ansible_port": _closed_port(), "ansible_connection": "ssh", "ansible_ssh_retries": 0}
        inventory = {
            "app": {"hosts": dict.fromkeys(HOSTS, here)},
            "monitoring": {"hosts": {"mon1": gone}},
            "all": {"vars": {"echodiary_environment": "here"}},
        }
        self.inventory = place / "inventory.json"
        self.inventory.write_text(json.dumps(inventory))
        self.output = ""

    def mark(self, name: str) -> Task:
        """A task that every host that comes here leaves a file of."""
        return {"name": f"mark {name}", "mark": {"path": f"{self.marks}/{name}.{{{{ inventory_hostname }}}}"}}

    def marked(self, name: str) -> list[str]:
        return sorted(path.suffix[1:] for path in self.marks.glob(f"{name}.*"))

    def play(self, block: list[Task], *words: str, before: list[Task] | None = None, **play: Any) -> int:
        """``block`` as a deploy has it: with rescue and always, and one host's failure everybody's. ``before``: plays."""
        tasks = [
            {
                "name": "all",
                "block": [*block, self.mark("through")],
                "rescue": [self.mark("rescued")],
                "always": [self.mark("ended")],
            }
        ]
        path = self.place / "play.json"
        path.write_text(
            json.dumps([*(before or []), {"hosts": "app", "gather_facts": False, "any_errors_fatal": True, "tasks": tasks, **play}])
        )
        done = subprocess.run(
            [PLAYBOOK, "-i", str(self.inventory), str(path), *words],
            cwd=ROOT,
            env={**os.environ, "ANSIBLE_FORCE_COLOR": "0", "ANSIBLE_TIMEOUT": "3"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.output = done.stdout + done.stderr
        return done.returncode

    def everybody(self, *names: str) -> bool:
        """Whether all hosts came through these marks, and nobody through another."""
        seen = {name for name in ("through", "rescued", "ended") if self.marked(name)}
        return seen == set(names) and all(self.marked(name) == list(HOSTS) for name in names)
