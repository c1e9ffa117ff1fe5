# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``evidence``: one call, or none when there is nothing to ask about."""

from __future__ import annotations

from typing import Any

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._drift import evidence_asked as evidence


class ActionModule(HostCall):
    """``echodiary.infra.evidence: {components: …}``, or {resources: [...]}"""

    ARGUMENTS = {
        "components": {"type": "list", "elements": "dict", "default": []},
        "resources": {"type": "list", "elements": "str", "default": []},
    }
    RULES = {"required_one_of": [["components", "resources"]]}
    PACKAGE = "_evidence"
    BEARABLE = True

    def _answer(self, args: dict[str, Any]) -> dict[str, Any]:
        asked = evidence.asked(args["components"], args["resources"])
        return self._ask({"asked": asked}) if asked else {"changed": False, "evidence": {}, "components": {}}
