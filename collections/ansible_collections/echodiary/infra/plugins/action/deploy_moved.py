# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: which hosts of the play got something new, and what each goes back to."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ..plugin_utils._deploy.hosts import moved, rolled

ARGUMENTS: dict[str, Any] = {"kind": {"type": "str", "default": "deploy", "choices": ["deploy", "rollback", "restart", "migrate"]}}


class ActionModule(ActionBase):
    """``echodiary.infra.deploy_moved: {kind: deploy}``"""

    _supports_check_mode = True
    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, args = self.validate_argument_spec(argument_spec=ARGUMENTS)
        result: dict[str, Any] = super().run(tmp, task_vars)
        hostvars, names = task_vars["hostvars"], task_vars["ansible_play_hosts_all"]
        results = {name: rolled(hostvars[name].get("deploy_roll"), hostvars[name].get("deploy_rolled")) for name in names}
        found = moved(args["kind"], results)
        result.update(changed=False, hosts=sorted(found), images=found)
        return result
