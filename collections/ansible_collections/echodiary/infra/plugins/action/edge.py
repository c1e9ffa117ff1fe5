# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``edge``: one call that reads, decides and tells."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ..plugin_utils import _remote

PACKAGE = _remote.Package(
    "_edge",
    ("_converge.model", "_converge.run", "_converge.haproxy", "_converge.traffic", "_ledger.files", "_edge.planning", "_edge.main"),
)
ARGUMENTS: dict[str, Any] = {
    "traffic": {"type": "str", "choices": ["in", "leaving", "out"]},
    "message": {"type": "str"},
    "drain": {"type": "float", "default": 30.0},
    "backend": {"type": "str", "default": "echodiary"},
}


class ActionModule(ActionBase):
    """``echodiary.infra.edge: {traffic: out}``"""

    _supports_check_mode = True
    _supports_diff = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, args = self.validate_argument_spec(argument_spec=ARGUMENTS)
        result: dict[str, Any] = super().run(tmp, task_vars)
        result.update(_remote.answer(self, PACKAGE, {**args, "check": self._task.check_mode}, task_vars))
        return result
