# SPDX-License-Identifier: GPL-3.0-or-later
"""Real ansible-playbook runs against this machine itself, and what every task of them returned."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests import warm

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))

Task = dict[str, Any]


class Played:
    """One finished run: ``task["name"]`` is what the task of that name returned."""

    def __init__(self, code: int, output: str) -> None:
        self.code, self.output = code, output
        start = output.find('{\n    "')
        plays = json.JSONDecoder().raw_decode(output[start:])[0]["plays"] if start >= 0 and '"plays"' in output else []
        self.task: dict[str, dict[str, Any]] = {
            task["task"]["name"]: task["hosts"]["localhost"] for play in plays for task in play["tasks"] if task["hosts"]
        }


def start(
    place: Path, tasks: list[Task], *words: str, environment: dict[str, str] | None = None, program: str = PLAYBOOK
) -> subprocess.Popen[str]:
    """``place``: a directory for the playbook's file."""
    path = place / f"play-{len(list(place.iterdir()))}.json"
    path.write_text(json.dumps([{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}]))
    full = {
        **os.environ,
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        **(environment or {}),
    }
    command = [program, "-i", "localhost,", str(path), *words]
    return subprocess.Popen(command, cwd=ROOT, env=full, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process: subprocess.Popen[str]) -> Played:
    output, _ = process.communicate(timeout=120)
    return Played(process.returncode, output)


def play(place: Path, tasks: list[Task], *words: str, environment: dict[str, str] | None = None) -> Played:
    return finish(start(place, tasks, *words, environment=environment, program=warm.PLAYBOOK))
