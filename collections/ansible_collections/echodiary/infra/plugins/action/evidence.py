# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``evidence``: one call, or none when there is nothing to ask about."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ..plugin_utils import _remote

PACKAGE = _remote.Package("_evidence", ("_evidence.main", "_converge.model", "_converge.http", "_converge.run", "_converge.docker"))


class ActionModule(ActionBase):
    """``echodiary.infra.evidence: {resources: [...]}``"""

    _supports_check_mode = True
    _supports_diff = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, args = self.validate_argument_spec(
            argument_spec={"resources": {"type": "list", "elements": "str", "required": True}},
        )
        result: dict[str, Any] = super().run(tmp, task_vars)
        if not args["resources"]:
            return {**result, "changed": False, "evidence": {}}
        result.update(_remote.answer(self, PACKAGE, {"resources": args["resources"]}, task_vars))
        return result
