# SPDX-License-Identifier: GPL-3.0-or-later
"""Which leases a run holds, and the call of its own that gives one back after the run was interrupted."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json
    from .shapes import Result

#: seconds; a pipeline that cancels a job does not wait much longer
DEADLINE = 30
#: options of ansible-playbook by which the lease was reached, by their names in its arguments
_LISTS = {"inventory": "-i", "vault_ids": "--vault-id", "vault_password_files": "--vault-password-file"}
_SINGLE = {"remote_user": "-u", "private_key_file": "--private-key"}
_KEPT = ("name", "directory", "textfiles", "environment")


class Task(TypedDict, total=False):
    """Fields of a task, templated."""

    args: Mapping[str, Json] | None
    connection: str
    become: bool


@dataclass(frozen=True)
class Held:
    """``arguments`` of the deploy_lock that gives it back."""

    host: str
    connection: str
    become: bool
    arguments: dict[str, Json]

    @property
    def name(self) -> str:
        return str(self.arguments.get("name", "deploy"))


Leases = dict[tuple[str, ...], Held]


def after(held: Leases, host: str, task: Task, result: Result) -> Leases:
    """What is held once a task of deploy_lock has ended well. Pure."""
    asked = task.get("args") or {}
    key = (host, str(asked.get("name", "")), str(asked.get("directory", "")))
    others = {other: lease for other, lease in held.items() if other != key}
    state = asked.get("state", "acquired")
    if state == "released":
        return others
    if state != "acquired" or result.get("token") is None:
        return held
    arguments = {name: asked[name] for name in _KEPT if asked.get(name)}
    arguments |= {"state": "released", "token": result["token"], "outcome": "interrupted"}
    return {**others, key: Held(host, str(task.get("connection") or "ssh"), bool(task.get("become")), arguments)}


def command(held: Held, options: Mapping[str, Json]) -> list[str]:
    """``options``: the interrupted command's own. Pure."""
    words = [sys.executable, "-m", "ansible", "adhoc", held.host, "-c", held.connection]
    for name, flag in _LISTS.items():
        given = options.get(name)
        for value in given if isinstance(given, list | tuple) else ():
            words += [flag, str(value)]
    for name, flag in _SINGLE.items():
        if options.get(name):
            words += [flag, str(options[name])]
    return [*words, *(["-b"] if held.become else []), "-m", "echodiary.infra.deploy_lock", "-a", json.dumps(held.arguments)]


def give(held: Held, options: Mapping[str, Json], extra: Mapping[str, Json]) -> str:
    """Gives it back; why that could not be done, or nothing. Variables of the command line may hold secrets and go through a file."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as variables:
        json.dump(dict(extra), variables, default=str)
        variables.flush()
        words = [*command(held, options), "-e", f"@{variables.name}"]
        try:
            # A session of its own: another Ctrl-C is meant for the run that is ending.
            done = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=DEADLINE,
                check=False,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            return f"no answer within {DEADLINE} s"
    return "" if done.returncode == 0 else " ".join((done.stdout + done.stderr).split())[-300:]
