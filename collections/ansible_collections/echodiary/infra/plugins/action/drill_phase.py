# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: a line that says which phase of a drill begins, and the moment kept for its table."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypedDict

from ansible.utils.display import Display

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._drill import figures

if TYPE_CHECKING:
    from ..plugin_utils._drill.shapes import Phase

display = Display()


class Options(TypedDict):
    name: str
    text: str
    phases: list[Phase]


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.drill_phase: {name: site, text: hosts, phases: "{{ drill_phases }}"}``"""

    ARGUMENTS = {
        "name": {"type": "str", "required": True},
        "text": {"type": "str", "default": ""},
        "phases": {"type": "list", "elements": "dict", "default": []},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        now = time.time()
        since = next((now - one["at"] for one in reversed(args["phases"]) if one["name"] == figures.LOST), 0.0)
        display.display(f"{since:5.1f} s  {args['name']:<10} {args['text']}".rstrip())
        return {"changed": False, "phases": [*args["phases"], {"name": args["name"], "at": now}]}
