# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: which hosts of the play got something new, and what each goes back to."""

from __future__ import annotations

from typing import Any, TypedDict

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._deploy.hosts import moved, rolled, unwell


class Options(TypedDict):
    kind: str


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.deploy_moved: {kind: deploy}``"""

    ARGUMENTS = {"kind": {"type": "str", "default": "deploy", "choices": ["deploy", "rollback", "restart", "migrate"]}}

    def _answer(self, args: Options) -> dict[str, Any]:
        hostvars, names = self._vars["hostvars"], self._vars["ansible_play_hosts_all"]
        known = {name: hostvars[name] for name in names}
        results = {name: rolled(found.get("deploy_roll"), found.get("deploy_rolled")) for name, found in known.items()}
        back = moved(args["kind"], results)
        return {"changed": False, "hosts": sorted(back), "images": back, "unwell": unwell(args["kind"], results)}
