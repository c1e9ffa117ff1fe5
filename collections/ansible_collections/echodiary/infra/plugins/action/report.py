# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: the report made of all that was asked and of what the controller has itself; told and written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from ansible.utils.display import Display

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._report import asking, compose, document, heard, kept, slack, sources, terminal

if TYPE_CHECKING:
    from ..module_utils._kinds.model import Json
    from ..plugin_utils._report.model import Report
    from ..plugin_utils._report.shapes import Asked, Plan, Watched

display = Display()


class Options(TypedDict):
    plan: Plan
    asked: Asked
    trouble: str
    histories: list[heard.Read]
    security: str
    drift: str
    heals: str
    declared: dict[str, Json]
    region: str
    prices: str | None
    usage: dict[str, Json]
    repository: str
    directory: str
    link: str


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.report: {plan: "{{ planned.plan }}", asked: "{{ heard.asked }}"}``"""

    ARGUMENTS = {
        "plan": {"type": "dict", "required": True},
        "asked": {"type": "dict", "default": {}},
        "trouble": {"type": "str", "default": ""},
        "histories": {"type": "list", "elements": "dict", "default": []},
        "security": {"type": "path", "default": ""},
        "drift": {"type": "path", "default": ""},
        "heals": {"type": "path", "default": ""},
        "declared": {"type": "dict", "default": {}},
        "region": {"type": "str", "default": ""},
        "prices": {"type": "path"},
        "usage": {"type": "dict", "default": {}},
        "repository": {"type": "path", "default": "."},
        "directory": {"type": "path", "default": ".report"},
        "link": {"type": "str", "default": ""},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        report = compose.report(args["plan"], _known(args))
        where, unkept = _written(args["directory"], report, self._check)
        for line in terminal.lines(report):
            display.display(line)
        link = args["link"] or (str(where / kept.PAGE) if where else "")
        return {
            "changed": False,
            "report": document.document(report),
            "text": slack.text(report, link),
            "colour": slack.colour(report),
            "page": str(where / kept.PAGE) if where else "",
            "msg": f"{report.headline}: {where / kept.PAGE}" if where else f"{report.headline}; nothing was written: {unkept}",
            **({"warnings": [f"the report could not be written: {unkept}"]} if unkept and not self._check else {}),
        }


def _known(args: Options) -> compose.Known:
    plan, told = args["plan"], [heard.told(one) for one in args["histories"]]
    commits = (entry.get("commit", "") for one in told for entry in one["entries"])
    path = args["security"] or f".security/{plan['environment'] or 'all'}.json"
    found, security_trouble = sources.security(path, plan["environment"])
    estimate, cost_trouble = sources.cost(args["declared"], plan["environment"], args["region"], args["prices"] or "", args["usage"])
    asked: Asked = {"trouble": args["trouble"], **args["asked"]} if args["trouble"] else args["asked"]
    committed = sources.committed(args["repository"], commits)
    return compose.Known(asked, told, committed, found, security_trouble, estimate, cost_trouble, _watched(args))


def _watched(args: Options) -> Watched:
    """Where the command was typed, unless somebody says otherwise."""
    plan = args["plan"]
    name = plan["environment"] or "default"
    report, history = args["drift"] or f".drift/{name}/report.json", args["heals"] or f".gitops/{name}/history.jsonl"
    return sources.watched(report, history, plan["end"] - asking.DAY * plan["days"], plan["end"])


def _written(directory: str, report: Report, check: bool) -> tuple[Path | None, str]:
    """Where it lies, and why it does not."""
    if check:
        return None, "a preview keeps nothing"
    where = kept.place(directory, report)
    try:
        kept.write(where, report)
    except OSError as error:
        return None, f"{where}: {error.strerror or error}"
    return where, ""
