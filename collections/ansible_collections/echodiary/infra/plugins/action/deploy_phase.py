# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: a line that says which phase begins, and the moment kept for the record."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, TypedDict

from ansible.utils.display import Display

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common import identity

if TYPE_CHECKING:
    from ..plugin_utils._calls.variables import Phase

display = Display()


class Options(TypedDict):
    name: str
    text: str


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.deploy_phase: {name: migrate, text: "0003 -> 0004"}``"""

    ARGUMENTS = {"name": {"type": "str", "required": True}, "text": {"type": "str", "default": ""}}

    def _answer(self, args: Options) -> dict[str, Any]:
        before = (self._vars.get("ansible_facts") or {}).get("deploy_phases") or []
        now = time.time()
        since = f"{now - before[0]['at']:5.1f} s" if before else "  0.0 s"
        display.display(f"{since}  {args['name']:<10} {args['text']}".rstrip())
        caller = {"who": identity.owner(os.environ), "url": identity.run_url(os.environ)}
        phases: list[Phase] = [*before, {"name": args["name"], "at": now}]
        return {"changed": False, "ansible_facts": {"deploy_phases": phases, "deploy_caller": caller}}
