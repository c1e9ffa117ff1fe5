# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``evidence``: one call, or none when there is nothing to ask about."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ..plugin_utils import _evidence_asked as evidence
from ..plugin_utils import _remote

PACKAGE = _remote.Package("_evidence", ("_evidence.main", "_converge.model", "_converge.http", "_converge.run", "_converge.docker"))


class ActionModule(ActionBase):
    """``echodiary.infra.evidence: {components: …}``, or {resources: [...]}"""

    _supports_check_mode = True
    _supports_diff = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, args = self.validate_argument_spec(
            argument_spec={
                "components": {"type": "list", "elements": "dict", "default": []},
                "resources": {"type": "list", "elements": "str", "default": []},
            },
            required_one_of=[["components", "resources"]],
        )
        result: dict[str, Any] = super().run(tmp, task_vars)
        asked = evidence.asked(args["components"], args["resources"])
        if not asked:
            return {**result, "changed": False, "evidence": {}, "components": {}}
        result.update(_remote.answer(self, PACKAGE, {"asked": asked}, task_vars))
        return result
