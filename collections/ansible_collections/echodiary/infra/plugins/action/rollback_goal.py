# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: from what the hosts of the play remember and hold, where a rollback goes. All judgement is in _deploy.way_back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._deploy import way_back

if TYPE_CHECKING:
    from ..plugin_utils._deploy.results import Held, Variables


class Options(TypedDict):
    named: str
    also: str


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.rollback_goal: {}``"""

    ARGUMENTS = {"named": {"type": "str", "default": ""}, "also": {"type": "str", "default": ""}}

    def _answer(self, args: Options) -> dict[str, Any]:
        names = sorted(self._vars["ansible_play_hosts_all"])
        try:
            way = way_back.choose([_host(name, self._vars["hostvars"][name]) for name in names], args["named"], args["also"])
        except way_back.NoWayBackError as error:
            return {"failed": True, "msg": str(error)}
        goes = "what rests on every host" if way.at_hand else "what has to be brought there first"
        return {**way._asdict(), "state": way.state, "expect": way.expect, "changed": False, "msg": f"back to {way.image}: {goes}"}


def _host(name: str, variables: Variables) -> way_back.Host:
    """A host that could not be asked knows nothing and holds nothing."""
    history, looked = variables.get("deploy_history") or {}, variables.get("deploy_held") or {}
    entries, held = history.get("entries") or [], looked.get("release") or {}
    return way_back.Host(name, _release(held.get("running")), _release(held.get("previous")), list(reversed(entries)))


def _release(slot: Held | None) -> way_back.Release:
    found = slot or {}
    return way_back.Release(str(found.get("image") or ""), str(found.get("config") or ""))
