# SPDX-License-Identifier: GPL-3.0-or-later
"""An action plugin in this process: its arguments in, what it sends written down, the host's answers made up."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.echodiary.infra.plugins.module_utils import _loader
from ansible_collections.echodiary.infra.plugins.module_utils._host import answers

Answer = dict[str, Any] | str
VARIABLES = {"inventory_hostname": "app1"}


class Rig:
    """``answers`` of the host in their order, the last of them again and again; a text is what is said in place of an answer."""

    def __init__(self, module: ModuleType, *answers: Answer, **variables: Any) -> None:
        self.module, self.answers, self.variables = module, list(answers), {**VARIABLES, **variables}
        #: what was sent: the package and the manifest of each call
        self.packages: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self.task: dict[str, Any] = {}

    def run(self, *, check: bool = False, diff: bool = False, **args: Any) -> dict[str, Any]:
        loader = DataLoader()
        task = SimpleNamespace(args=args, action="a", async_val=0, check_mode=check, diff=diff, any_errors_fatal=False, run_once=False)
        task.delegate_to, task.copy = None, lambda: SimpleNamespace(**vars(task))
        vars(task).update(self.task)
        shell = SimpleNamespace(tmpdir=None)
        templar = Templar(loader=loader, variables=self.variables)
        action = self.module.ActionModule(task, SimpleNamespace(_shell=shell), None, loader, templar, None)
        action._load_name = "a"
        action._low_level_execute_command = self._execute
        found: dict[str, Any] = action.run(task_vars=self.variables)
        return found

    def refused(self, *, check: bool = False, **args: Any) -> str:
        """Why the task failed before anything was sent."""
        with pytest.raises(AnsibleActionFail) as caught:
            self.run(check=check, **args)
        assert self.sent == []
        return str(caught.value)

    @property
    def manifest(self) -> dict[str, Any]:
        """Of the only call."""
        (found,) = self.sent
        return found

    def _execute(self, command: str, in_data: bytes) -> dict[str, Any]:
        package, manifest = read(in_data)
        self.packages.append(package)
        self.sent.append(manifest)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        said = answer if isinstance(answer, str) else answers.framed(answer)
        return {"rc": 0, "stdout": said, "stderr": ""}


def read(sent: bytes) -> tuple[str, dict[str, Any]]:
    """The package and the manifest that a host is sent."""
    first, _, rest = sent.partition(b"\n")
    line, _, rest = rest[int(first.split()[0]) :].partition(b"\n")
    about = json.loads(line)
    document = json.loads(zlib.decompress(rest[about["size"] :]))
    return about["package"], _loader.Told("/nowhere", about["package"]).whole(document)


def silent(rig: Rig, run: Callable[[], dict[str, Any]]) -> str:
    """What an exception that ends the task says of a host that gave no answer."""
    rig.answers = ["sudo: a password is required"]
    with pytest.raises(AnsibleActionFail) as caught:
        run()
    return str(caught.value)
