# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: from what the hosts of the play remember and hold, where a rollback goes. All judgement is in _deploy.way_back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from ..plugin_utils._deploy import way_back

ARGUMENTS: dict[str, Any] = {"named": {"type": "str", "default": ""}}


class ActionModule(ActionBase):
    """``echodiary.infra.rollback_goal: {}``"""

    _supports_check_mode = True
    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, args = self.validate_argument_spec(argument_spec=ARGUMENTS)
        result: dict[str, Any] = super().run(tmp, task_vars)
        names = sorted(task_vars["ansible_play_hosts_all"])
        try:
            way = way_back.choose([_host(name, task_vars["hostvars"][name]) for name in names], args["named"])
        except way_back.NoWayBackError as error:
            return {**result, "failed": True, "msg": str(error)}
        goes = "what rests on every host" if way.at_hand else "what has to be brought there first"
        return {**result, **way._asdict(), "changed": False, "msg": f"back to {way.image}: {goes}"}


def _host(name: str, variables: Mapping[str, Any]) -> way_back.Host:
    """A host that could not be asked knows nothing and holds nothing."""
    entries = (variables.get("deploy_history") or {}).get("entries") or []
    held = (variables.get("deploy_held") or {}).get("release") or {}
    return way_back.Host(name, _release(held.get("running")), _release(held.get("previous")), list(reversed(entries)))


def _release(slot: Mapping[str, Any] | None) -> way_back.Release:
    return way_back.Release(str((slot or {}).get("image") or ""), str((slot or {}).get("config") or ""))
