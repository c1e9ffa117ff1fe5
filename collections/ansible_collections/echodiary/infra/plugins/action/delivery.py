# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: how well changes get to users, of histories, git and the pipeline. All judgement is in _delivery and _report."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypedDict

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._delivery import figures, github, metrics
from ..plugin_utils._report import heard, sources
from ..plugin_utils._report.asking import DAY
from ..plugin_utils._report.sections import deploys

if TYPE_CHECKING:
    from ..plugin_utils._delivery.shapes import Pipeline, Run
    from ..plugin_utils._report.shapes import Plan


class Options(TypedDict):
    plan: Plan
    histories: list[heard.Read]
    repository: str
    github_repository: str
    github_branch: str
    github_token: str
    github_url: str


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.delivery: {plan: "{{ planned.plan }}", histories: "{{ read.results }}"}``"""

    ARGUMENTS = {
        "plan": {"type": "dict", "required": True},
        "histories": {"type": "list", "elements": "dict", "default": []},
        "repository": {"type": "path", "default": "."},
        "github_repository": {"type": "str", "default": ""},
        "github_branch": {"type": "str", "default": "main"},
        "github_token": {"type": "str", "default": "", "no_log": True},
        "github_url": {"type": "str", "default": github.URL},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        plan, told = args["plan"], [heard.told(one) for one in args["histories"]]
        known = [one for one in told if not one["trouble"]]
        commits = {entry["commit"] for one in known for entry in one["entries"] if entry.get("commit")}
        committed = sources.committed(args["repository"], commits)
        changed = [figures.changes(one["component"], deploys.figures(plan, one["entries"], committed), plan["days"]) for one in known]
        runs, trouble = _runs(args)
        ran = figures.workflows(runs)
        answered = {"history": bool(told) and len(known) == len(told), "git": bool(committed) or not commits}
        if args["github_repository"]:
            answered["pipeline"] = not trouble
        why = [*(f"{one['component']}: {one['trouble']}" for one in told if one["trouble"]), *([trouble] if trouble else [])]
        return {
            "changed": False,
            "text": metrics.text(plan["environment"], plan["days"], time.time(), changed, ran, answered),
            "figures": {"changes": [one._asdict() for one in changed], "workflows": [one._asdict() for one in ran]},
            **({"warnings": why} if why else {}),
        }


def _runs(args: Options) -> tuple[list[Run], str]:
    """And why they are not known; a fleet without a pipeline has none."""
    if not args["github_repository"]:
        return [], ""
    pipeline: Pipeline = github.GitHub(args["github_repository"], args["github_branch"], args["github_token"], args["github_url"])
    try:
        return pipeline.runs(args["plan"]["end"] - DAY * args["plan"]["days"]), ""
    except SpecError as error:
        return [], str(error)
