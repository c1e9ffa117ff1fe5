# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``evidence``: one call, or none when there is nothing to ask about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._drift import evidence_asked as evidence

if TYPE_CHECKING:
    from ..module_utils._converge.exchange import Outcome


class Options(TypedDict):
    components: list[Outcome] | None
    resources: list[str] | None


class ActionModule(HostCall[Options]):
    """``echodiary.infra.evidence: {components: …}``, or {resources: [...]}"""

    ARGUMENTS = {
        "components": {"type": "list", "elements": "dict"},
        "resources": {"type": "list", "elements": "str"},
    }
    RULES = {"required_one_of": [["components", "resources"]]}
    PACKAGE = "_evidence"
    BEARABLE = True

    def _answer(self, args: Options) -> Mapping[str, Any]:
        asked = evidence.asked(args["components"] or [], args["resources"] or [])
        answer: dict[str, Any] = self._ask({"asked": asked}) if asked else {"changed": False, "evidence": {}, "components": {}}
        return answer
