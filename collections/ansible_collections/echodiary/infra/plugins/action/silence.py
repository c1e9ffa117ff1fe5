# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``silence``: asks Alertmanager on its host. Whatever comes of it the task is well, and says what will be heard."""

from __future__ import annotations

import os
from typing import Any

from ansible.plugins.action import ActionBase

from ..plugin_utils import _caller, _remote
from ..plugin_utils._deploy import bounded

PACKAGE = _remote.Package("_silence", ("_converge.http", "_silence.main"))
#: seconds: for Alertmanager's answer, and for all, the way to its host included
TIMEOUT = 5
DEADLINE = 20.0

ARGUMENTS: dict[str, Any] = {
    "state": {"type": "str", "choices": ["start", "end"], "default": "start"},
    "id": {"type": "str", "default": ""},
    "url": {"type": "str", "default": "http://127.0.0.1:9093/api/v2"},
    "alerts": {"type": "str", "default": ".+"},
    "environment": {"type": "str", "default": ""},
    "minutes": {"type": "float", "default": 15.0},
    "comment": {"type": "str", "default": "deploy"},
}


class SilenceError(Exception):
    """What Alertmanager, or the way to it, said."""


class ActionModule(ActionBase):
    """``echodiary.infra.silence: {state: start, alerts: TargetDown, minutes: 15}``"""

    _supports_check_mode = True
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, args = self.validate_argument_spec(argument_spec=ARGUMENTS)
        result: dict[str, Any] = super().run(tmp, task_vars)
        result.update(changed=False, id=args["id"])
        nothing = args["state"] == "end" and not args["id"]
        if self._task.check_mode or nothing:
            return result
        made: list[str] = []
        why = bounded.attempt(DEADLINE, lambda: made.append(self._ask(args, task_vars)))
        if why:
            where = self._task.delegate_to or task_vars["inventory_hostname"]
            result.update(warnings=[f"{_what(args['state'])}: Alertmanager on {where} did not take it: {why}"], refused=why)
        else:
            result.update(changed=True, id=made[0])
        return result

    def _ask(self, args: dict[str, Any], task_vars: dict[str, Any]) -> str:
        manifest = {
            **{key: args[key] for key in ("state", "id", "url", "comment")},
            "owner": _caller.owner(os.environ),
            "seconds": args["minutes"] * 60,
            "timeout": TIMEOUT,
            "matchers": matchers(args["alerts"], args["environment"]),
        }
        answer = _remote.call(self, PACKAGE, manifest, task_vars)
        if answer.get("failed"):
            raise SilenceError(answer["msg"])
        return str(answer["id"])


def matchers(alerts: str, environment: str) -> list[dict[str, Any]]:
    """``alerts`` is a regular expression of their names. Pure."""
    found: list[dict[str, Any]] = [{"name": "alertname", "value": alerts, "isRegex": True, "isEqual": True}]
    if environment:
        found.append({"name": "environment", "value": environment, "isRegex": False, "isEqual": True})
    return found


def _what(state: str) -> str:
    return "alerts caused by this run will be sent" if state == "start" else "the silence stands until it ends by itself"
