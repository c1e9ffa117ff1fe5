# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: which hosts of the play got something new, and what each goes back to."""

from __future__ import annotations

from typing import Any, TypedDict

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._deploy.hosts import moved, rolled


class Options(TypedDict):
    kind: str


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.deploy_moved: {kind: deploy}``"""

    ARGUMENTS = {"kind": {"type": "str", "default": "deploy", "choices": ["deploy", "rollback", "restart", "migrate"]}}

    def _answer(self, args: Options) -> dict[str, Any]:
        hostvars, names = self._vars["hostvars"], self._vars["ansible_play_hosts_all"]
        results = {name: rolled(hostvars[name].get("deploy_roll"), hostvars[name].get("deploy_rolled")) for name in names}
        found = moved(args["kind"], results)
        return {"changed": False, "hosts": sorted(found), "images": found}
