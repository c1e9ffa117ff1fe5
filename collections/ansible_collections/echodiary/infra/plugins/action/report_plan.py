# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: of which week, and of which components a report is made. All judgement is in _report."""

from __future__ import annotations

import time
from typing import Any, TypedDict

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common import timestamps
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component.roster import Roster
from ..plugin_utils._report import declared
from ..plugin_utils._report.shapes import Plan

#: of two weeks Prometheus is asked, and more than a quarter it does not keep
_LONGEST = 45


class Options(TypedDict):
    environment: str
    end: str
    days: int
    inventory: str
    watcher: str
    logs: str


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.report_plan: {environment: production, watcher: mon1}``"""

    ARGUMENTS = {
        "environment": {"type": "str", "default": ""},
        "end": {"type": "str", "default": ""},
        "days": {"type": "int", "default": 7},
        "inventory": {"type": "str", "default": ""},
        "watcher": {"type": "str", "default": ""},
        "logs": {"type": "str", "default": ""},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        if not 1 <= args["days"] <= _LONGEST:
            raise SpecError(f"nothing was reported: report_days is {args['days']}, and has to be 1 to {_LONGEST}")
        roster = Roster(self._loader, self._templar, self._vars, [])
        services, unknown = declared.services(roster, args["watcher"])
        plan: Plan = {
            "environment": args["environment"],
            "end": _end(args["end"]),
            "days": args["days"],
            "services": services,
            "inventory": args["inventory"],
            "watcher": args["watcher"],
            "logs": args["logs"] or (declared.log_store(roster, args["watcher"]) if args["watcher"] else ""),
        }
        warnings = {"warnings": [f"{why}; its components are left out" for why in unknown]} if unknown else {}
        names = ", ".join(one["component"] for one in services) or "no component with a release"
        return {"changed": False, "plan": plan, "msg": f"{args['days']} days until {timestamps.to_text(plan['end'])}: {names}", **warnings}


def _end(text: str) -> int:
    """Now, where nobody has said."""
    if not text:
        return int(time.time())
    try:
        return int(timestamps.to_wall(text))
    except ValueError as error:
        raise SpecError(f"nothing was reported: report_end: {error}; write it as 2026-12-01 or 2026-12-01T18:00:00+09:00") from None
