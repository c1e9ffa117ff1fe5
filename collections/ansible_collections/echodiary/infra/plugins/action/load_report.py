# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: what a load test measured, told, kept, and held against the last one and the objectives."""

from __future__ import annotations

from typing import Any, TypedDict

from ansible.utils.display import Display

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common import timestamps
from ..plugin_utils._load import comparison, figures, kept, objectives, saturation, table
from ..plugin_utils._load.shapes import Kept, Line, Plan, Ran, Saturated

display = Display()
#: within which an answer counts as quick where nobody has said so (s)
_QUICK = 1.0


class Options(TypedDict):
    plan: Plan
    ran: Ran
    directory: str
    release: str
    prometheus: str
    prometheus_trouble: str
    fail: bool
    command: str


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.load_report: {plan: "{{ planned.plan }}", ran: "{{ sent }}"}``"""

    ARGUMENTS = {
        "plan": {"type": "dict", "required": True},
        "ran": {"type": "dict", "required": True},
        "directory": {"type": "path", "default": ".load"},
        "release": {"type": "str", "default": ""},
        "prometheus": {"type": "str", "default": ""},
        "prometheus_trouble": {"type": "str", "default": ""},
        "fail": {"type": "bool", "default": False},
        "command": {"type": "str", "default": "ansible-playbook echodiary.infra.load"},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        saturated, unseen = _saturated(args["prometheus"], args["prometheus_trouble"])
        result, judged = _result(args, saturated)
        where = kept.place(args["directory"], args["plan"]["environment"])
        before, unread = kept.last(where, result["component"])
        lines = [
            *table.table(result),
            "",
            *table.below(result, judged, unseen),
            *(comparison.compared(result, before) if before else [f"before: {unread or 'nothing, this is the first one'}"]),
        ]
        path, unkept = _write(where, result, self._check)
        lines += [f"kept: {path}" if path else f"not kept: {unkept}"]
        following = table.next_step(result, args["command"])
        for line in [*lines, following]:
            display.display(line)
        answer = {
            "changed": False,
            "result": result,
            "table": [*lines, following],
            "file": path,
            "missed": result["missed"],
            "msg": following,
        }
        failed = (
            bool(result["stopped"]) or (args["fail"] and bool(result["missed"])) or not sum(one["requests"] for one in result["totals"])
        )
        return {**answer, "failed": True} if failed else answer


def _saturated(answer: str, trouble: str) -> tuple[list[Saturated], str]:
    """Optional: why there is none is told, and nothing fails."""
    if not answer:
        return [], trouble or "Prometheus was not asked"
    try:
        return saturation.read(answer), ""
    except (ValueError, KeyError, TypeError, IndexError) as error:
        return [], f"Prometheus answered what cannot be read: {error}"


def _result(args: Options, saturated: list[Saturated]) -> tuple[Kept, list[str]]:
    plan, ran = args["plan"], args["ran"]
    wanted = plan["objectives"]
    quick = wanted["latency_seconds"] if wanted else _QUICK
    totals = figures.totals(ran["samples"], quick)
    judged = [(line, one) for line in totals for one in objectives.judged(line, wanted)] if wanted else []
    result: Kept = {
        "format": kept.FORMAT,
        "environment": plan["environment"],
        "component": plan["component"],
        "release": args["release"],
        "run": ran["run"],
        "began": timestamps.to_text(ran["began"]),
        "seconds": plan["seconds"],
        "users": plan["users"],
        "rate": plan["rate"],
        "edges": [edge["url"] for edge in plan["edges"]],
        "stopped": ran["stopped"],
        "lines": figures.lines(ran["samples"], quick),
        "totals": totals,
        "saturated": saturated,
        "rows": ran["rows"],
        "missed": [f"{line['part']}: {one.text}" for line, one in judged if not one.met],
    }
    return result, [_objective(line, one) for line, one in judged] if wanted else ["objectives: the inventory has none (docs/load.md)"]


def _objective(line: Line, one: objectives.Judged) -> str:
    return f"objective, {line['part']}: {one.text}: {'met' if one.met else 'MISSED'}"


def _write(where: Any, result: Kept, check: bool) -> tuple[str, str]:
    if check:
        return "", "a preview keeps nothing"
    try:
        return str(kept.write(where, result)), ""
    except OSError as error:
        return "", str(error)
