# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: a line that says which phase begins, and the moment kept for the record."""

from __future__ import annotations

import os
import time
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..plugin_utils import _caller

display = Display()

ARGUMENTS: dict[str, Any] = {"name": {"type": "str", "required": True}, "text": {"type": "str", "default": ""}}


class ActionModule(ActionBase):
    """``echodiary.infra.deploy_phase: {name: migrate, text: "0003 -> 0004"}``"""

    _supports_check_mode = True
    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, args = self.validate_argument_spec(argument_spec=ARGUMENTS)
        result: dict[str, Any] = super().run(tmp, task_vars)
        before = (task_vars.get("ansible_facts") or {}).get("deploy_phases") or []
        now = time.time()
        since = f"{now - before[0]['at']:5.1f} s" if before else "  0.0 s"
        display.display(f"{since}  {args['name']:<10} {args['text']}".rstrip())
        caller = {"who": _caller.owner(os.environ), "url": _caller.run_url(os.environ)}
        result.update(changed=False, ansible_facts={"deploy_phases": [*before, {"name": args["name"], "at": now}], "deploy_caller": caller})
        return result
