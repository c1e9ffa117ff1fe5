# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: a line that says which phase begins, and the moment kept for the record."""

from __future__ import annotations

import os
import time
from typing import Any

from ansible.utils.display import Display

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common import identity

display = Display()


class ActionModule(LocalAction):
    """``echodiary.infra.deploy_phase: {name: migrate, text: "0003 -> 0004"}``"""

    ARGUMENTS = {"name": {"type": "str", "required": True}, "text": {"type": "str", "default": ""}}

    def _answer(self, args: dict[str, Any]) -> dict[str, Any]:
        before = (self._vars.get("ansible_facts") or {}).get("deploy_phases") or []
        now = time.time()
        since = f"{now - before[0]['at']:5.1f} s" if before else "  0.0 s"
        display.display(f"{since}  {args['name']:<10} {args['text']}".rstrip())
        caller = {"who": identity.owner(os.environ), "url": identity.run_url(os.environ)}
        phases = [*before, {"name": args["name"], "at": now}]
        return {"changed": False, "ansible_facts": {"deploy_phases": phases, "deploy_caller": caller}}
