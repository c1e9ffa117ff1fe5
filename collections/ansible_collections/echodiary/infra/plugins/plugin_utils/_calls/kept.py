# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts keep of what this controller sent them, as they said. A guess: a host that lacks something says so, and is sent all of it.

One file for each host below Ansible's home, without a word of what was sent. Without it all is sent.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from ansible import constants

from .pieces import digest

if TYPE_CHECKING:
    from ansible.plugins.action import ActionBase

    from .variables import TaskVars

FOLDER = os.path.join("echodiary", "kept")


class Kept(NamedTuple):
    """``code``: the digest of what runs there; ``pieces``: of the documents it was sent."""

    code: str = ""
    pieces: frozenset[str] = frozenset()


class Noted(TypedDict):
    """The same, as a file has it."""

    code: str
    pieces: list[str]


class Memory:
    """Of one package on one host."""

    def __init__(self, path: str, package: str) -> None:
        self._path, self._package = path, package

    def read(self) -> Kept:
        with contextlib.suppress(KeyError, TypeError):
            found = _read(self._path)[self._package]
            return Kept(str(found["code"]), frozenset(found["pieces"]))
        return Kept()

    def write(self, code: str, pieces: Iterable[str]) -> None:
        before = _read(self._path)
        after = {**before, self._package: Noted(code=code, pieces=sorted(pieces))}
        if after != before:
            _write(self._path, after)


def of(action: ActionBase, package: str, task_vars: TaskVars) -> Memory:
    """Two hosts that go by one file only make each other be sent more."""
    name = action._task.delegate_to or task_vars["inventory_hostname"]
    who = [task_vars.get("inventory_dir") or "", name, str(task_vars.get("ansible_host") or ""), str(task_vars.get("ansible_port") or "")]
    return Memory(os.path.join(constants.ANSIBLE_HOME, FOLDER, digest(json.dumps(who).encode())), package)


def anywhere() -> bool:
    """Is any host known to keep anything?"""
    return os.path.isdir(os.path.join(constants.ANSIBLE_HOME, FOLDER))


def _read(path: str) -> dict[str, Noted]:
    with contextlib.suppress(OSError, ValueError), open(path, encoding="utf-8") as handle:
        found = json.load(handle)
        return found if isinstance(found, dict) else {}
    return {}


def _write(path: str, found: Mapping[str, Noted]) -> None:
    """Several runs may write at a time: each file is whole, the last one stays."""
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor, fresh = tempfile.mkstemp(dir=os.path.dirname(path))
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            json.dump(found, handle)
        os.replace(fresh, path)
