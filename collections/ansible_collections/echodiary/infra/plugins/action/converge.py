# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``converge``: render every component, send one call, lend a hand where packages or users are missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..plugin_utils._converge import result as outcome
from ..plugin_utils._converge.call import ConvergeCall, display
from ..plugin_utils._converge.loop import Lease, Loop
from ..plugin_utils._converge.run import Run
from ..plugin_utils._history import from_converge

if TYPE_CHECKING:
    from ..module_utils._kinds import documents
    from ..module_utils._run.shapes import Answer
    from ..plugin_utils._converge.shapes import ConvergeOptions, Summary


class ActionModule(ConvergeCall["ConvergeOptions"]):
    """``echodiary.infra.converge: {components: [...]}``"""

    ARGUMENTS = {
        "components": {"type": "list", "elements": "str", "required": True},
        "lease_host": {"type": "str"},
        "lease_token": {"type": "int"},
        "prune": {"type": "bool", "default": False},
    }

    def _converged(self, args: ConvergeOptions, run: Run) -> Summary:
        specs = run.specs.of(args["components"])
        answers = Loop(run, specs, Lease(args["lease_host"], args["lease_token"]), run.hosted(args["prune"])).until_done()
        _record(answers, run)
        found = outcome.summary(answers, [spec["name"] for spec in specs], self._check)
        if self._task.diff:
            found["diff"] = outcome.diffs(found["components"])
        return found

    def _private(self, manifest: Mapping[str, Any]) -> list[str] | None:
        """All that is declared for the host is kept, as the first call of the task has it."""
        specs: list[documents.ComponentSpec] = manifest["components"]
        whole = [spec["name"] for spec in specs] == manifest["declared"]
        return [secret for spec in specs for secret in spec["secrets"]] if whole else None


def _record(answers: list[Answer], run: Run) -> None:
    for entry in from_converge.entries(list(outcome.merge(answers).values())):
        done = run.act(from_converge.HISTORY, {"state": "appended", "entry": entry})
        if done.get("failed"):
            display.warning(f"{run.host}: the release is not in the history: {done.get('msg')}")
