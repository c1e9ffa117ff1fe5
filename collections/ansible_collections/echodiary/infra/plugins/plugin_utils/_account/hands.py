# SPDX-License-Identifier: GPL-3.0-or-later
"""Doing what a kind asks for: by a module of the bundle, or by an operation of AWS."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from . import aws as asking
from . import model

if TYPE_CHECKING:
    from ansible.plugins.action import ActionBase

    from .._calls.variables import TaskVars
    from .aws import Aws
    from .model import Answer, Call, Calls


#: boto3's own three attempts are few where many ask, and not every module asks again by itself
_PATIENT = {"aws_config": {"retries": {"mode": "standard", "max_attempts": 10}}}
#: as boto3 words an answer of AWS, where a module hands on the words only
_CODE = re.compile(r"An error occurred \(([\w.]+)\)")


class Hands(Protocol):
    """What can be asked to do one call. SpecError when it was not done, UnsureError when it may have been."""

    def do(self, call: Call) -> Answer: ...


class Ansibles:
    """Modules as tasks of the play on this controller, with the Python that runs it: that is the one which has boto3."""

    def __init__(self, action: ActionBase, task_vars: TaskVars, aws: Aws) -> None:
        self._action, self._aws = action, aws
        self._vars: Any = {**task_vars, "ansible_python_interpreter": sys.executable}

    def do(self, call: Call) -> Answer:
        if isinstance(call, model.Api):
            return self._aws.call(call.service, call.operation, call.args)
        args = {**self._aws.login.arguments(), **_PATIENT, **call.args}
        result: Mapping[str, Any] = self._action._execute_module(module_name=call.name, module_args=args, task_vars=self._vars)
        if result.get("failed"):
            raise asking.failed(_code(result), f"{call.name}: {_why(result)}")
        return result


def through(calls: Calls, do: Callable[[Call], Answer]) -> None:
    """Each call after the one before was answered."""
    answer: Any = None
    while True:
        try:
            call = calls.send(answer)
        except StopIteration:
            return
        answer = do(call)


def _why(result: Mapping[str, Any]) -> str:
    said = result.get("msg") or result.get("module_stderr") or "it does not say why"
    lines, code = " ".join(str(said).split()), _code(result)
    return lines if code in lines else f"{lines} ({code})"


def _code(result: Mapping[str, Any]) -> str:
    """AWS's, or nothing."""
    found = _CODE.search(str(result.get("msg") or ""))
    return str((result.get("error") or {}).get("code") or (found[1] if found else ""))
