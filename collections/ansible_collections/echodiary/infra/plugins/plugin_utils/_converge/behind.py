# SPDX-License-Identifier: GPL-3.0-or-later
"""Behind a load balancer hosts roll one after the other, and the next one only once the load balancer has found the one before it well.

A slot that is well behind its own edge may be out of the load balancer's reach: a change that only it sees would be on every host before
anybody notices.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible import constants

if TYPE_CHECKING:
    from .run import Run

ACTION = "echodiary.infra.target_group"
_WELL = "healthy"
_WITHOUT = "-e echodiary_target_group=false"


class Turn:
    """Of one host among those of the same run. ``component``: which one rolls; empty while it is not this host's turn."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._held: int | None = None
        self.component = ""

    def taken(self, component: str) -> str:
        """Why the host may not roll; empty when it may. Hosts that roll already are waited for."""
        group = self._group()
        if not group or self.component:
            return ""
        self._wait(group, component)
        seen = self._asked({"state": "read", "hosts": self._run.vars["groups"].get("all", []), "required": False})
        why = refusal(self._run.host, seen)
        if why or not was_well(self._run.host, seen):
            self.left()
        else:
            self.component = component
        return why

    def ended(self) -> str:
        """What is wrong with the host since it rolled; empty where nothing is."""
        self._run.say(self.component, "wait for what the load balancer finds ...")
        seen = self._asked({"state": _WELL, "hosts": [self._run.host], "since": time.time()})
        self.left()
        return f"it serves, and {seen.get('msg')}; hosts after it are left as they are" if seen.get("failed") else ""

    def left(self) -> None:
        if self._held is not None:
            os.close(self._held)
        self._held, self.component = None, ""

    def _group(self) -> str:
        from .._balancer import chosen

        its = [self._run.variable(name) for name in ("aws_environment", "echodiary_environment")]
        given = self._run.variable(chosen.VARIABLE) if chosen.VARIABLE in self._run.vars else None
        return chosen.target_group(given, its[0], str(its[1])).name

    def _wait(self, group: str, component: str) -> None:
        self._held = os.open(Path(constants.DEFAULT_LOCAL_TMP, f"rolls-behind-{group}"), os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._run.say(component, f"waits for another host behind {group} ...")
            fcntl.flock(self._held, fcntl.LOCK_EX)

    def _asked(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return self._run.act_on(self._run.host, ACTION, arguments)


def refusal(host: str, seen: Mapping[str, Any]) -> str:
    """``seen``: what the load balancer finds. Who serves nobody there has nobody to lose, and may be about to be mended."""
    others = {name: its for name, its in (seen.get("hosts") or {}).items() if name != host and not its["isolated"]}
    bad = ", ".join(f"{name} healthy: {its['state']}" for name, its in sorted(others.items()) if its["state"] != _WELL)
    if not bad or not was_well(host, seen):
        return ""
    return (
        f"not rolled: the load balancer ({seen['group']}) does not find {bad}; what serves goes on; see to that, then run this again, "
        f"or go by no load balancer: {_WITHOUT}"
    )


def was_well(host: str, seen: Mapping[str, Any]) -> bool:
    its = (seen.get("hosts") or {}).get(host)
    return bool(its and its["state"] == _WELL and not its["isolated"])
