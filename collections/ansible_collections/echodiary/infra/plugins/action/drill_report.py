# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: what a drill measured, told, written into its table, and held against its goal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypedDict

from ..module_utils._ledger import files
from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common import timestamps
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._drill import figures, losses, table
from .drill_plan import read

if TYPE_CHECKING:
    from ..plugin_utils._drill.shapes import Count, Observed, Phase


class Options(TypedDict):
    environment: str
    loss: str
    host: str
    phases: list[Phase]
    snapshot: str
    before: Count | None
    after: Count | None
    observed: Observed
    goal: float
    path: str | None


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.drill_report: {environment: staging, loss: database, phases: [...], path: docs/dr.md}``"""

    _supports_diff = True
    ARGUMENTS = {
        "environment": {"type": "str", "required": True},
        "loss": {"type": "str", "choices": list(losses.LOSSES), "required": True},
        "host": {"type": "str", "default": ""},
        "phases": {"type": "list", "elements": "dict", "required": True},
        "snapshot": {"type": "str", "default": ""},
        "before": {"type": "dict"},
        "after": {"type": "dict"},
        "observed": {"type": "dict", "default": {}},
        "goal": {"type": "float", "default": 0.0},
        "path": {"type": "path"},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        try:
            found = figures.figures(args["phases"], args["snapshot"], args["before"] or None, args["after"] or None, args["observed"])
        except ValueError as error:
            raise SpecError(f"nothing was measured: {error}") from None
        line = table.Line(args["environment"], losses.called(args["loss"], args["host"]), timestamps.to_text(time.time())[:10], found)
        result = {**self._written(args["path"], line), **told(line), "msg": words(line)}
        wrong = faults(args, found)
        return {**result, "failed": True, "msg": f"{result['msg']}. {'; '.join(wrong)}"} if wrong else result

    def _written(self, path: str | None, line: table.Line) -> dict[str, Any]:
        if not path:
            return {"changed": False}
        try:
            before = read(path)
            after = table.merged(before, line)
            if not self._check:
                files.write(path, after, 0o644)
        except (OSError, ValueError) as error:
            raise SpecError(f"{words(line)}; it could not be written to {path}: {error}") from None
        diff = {"before": before, "after": after, "before_header": path, "after_header": path}
        return {"changed": before != after, **({"diff": diff} if self._task.diff else {})}


def told(line: table.Line) -> dict[str, Any]:
    found = line.figures
    seconds = {step.name: step.seconds for step in found.steps}
    return {
        "rto": found.rto,
        "rpo": found.age,
        "rows": found.rows,
        "rows_lost": found.lost,
        "failed_requests": found.failed,
        "steps": seconds,
    }


def words(line: table.Line) -> str:
    found = line.figures
    said = [f"{line.lost} of {line.environment}: back after {table.exact(found.rto)}"]
    if found.age is not None:
        said.append(f"as it was {timestamps.span(found.age)} before")
    if found.lost is not None:
        said.append(f"{found.lost} rows lost")
    return ", ".join(said)


def faults(args: Options, found: figures.Figures) -> list[str]:
    """What is back and not good enough. It is written all the same."""
    wrong = []
    if args["goal"] and found.rto > 60 * args["goal"]:
        wrong.append(f"That is more than the {args['goal']:g} min that it may take (drill_goal_minutes)")
    gone = figures.missing(args["before"] or None, args["after"] or None)
    if gone:
        wrong.append(f"Tables that were there are not: {', '.join(gone)}")
    return wrong
