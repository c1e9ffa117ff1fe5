# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``disk_room``: one call that looks, and lets go of what nobody needs."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils import _remote

PACKAGE = _remote.Package(
    "_room", ("_converge.model", "_converge.http", "_converge.run", "_converge.docker", "_room.planning", "_room.main")
)
ARGUMENTS: dict[str, Any] = {
    "remove": {"type": "bool", "default": False},
    "keep": {"type": "list", "elements": "str", "default": []},
    "days": {"type": "float", "default": 7.0},
    "journal": {"type": "int", "default": 200},
    "full": {"type": "int", "default": 80},
}


class ActionModule(ActionBase):
    """``echodiary.infra.disk_room: {remove: true}``"""

    _supports_check_mode = True
    _supports_diff = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, args = self.validate_argument_spec(argument_spec=ARGUMENTS)
        if args["days"] < 0 or args["journal"] < 16:
            raise AnsibleActionFail("days must not be negative, and the journal needs 16 MiB at least")
        result: dict[str, Any] = super().run(tmp, task_vars)
        result.update(_remote.answer(self, PACKAGE, {**args, "check": self._task.check_mode}, task_vars))
        return result
