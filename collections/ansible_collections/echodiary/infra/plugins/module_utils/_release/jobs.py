# SPDX-License-Identifier: GPL-3.0-or-later
"""Scheduled jobs of a release: timers that both slots share, and the word which slot's release they run.

They are a component of their own beside those of the slots, with its own record: what a release does not have any more goes, whichever
slot had brought it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .._converge import component, state
from .._kinds import model
from . import slots

if TYPE_CHECKING:
    from .._converge import exchange
    from .._converge.host import Host
    from .._kinds import documents
    from .look import Standing


def concerned(spec: documents.RolledSpec, host: Host) -> bool:
    """Has it any, or had it?"""
    return bool(spec["release"].get("jobs")) or os.path.exists(state.path_of(host.state_dir, _name(spec)))


def _name(spec: documents.RolledSpec) -> str:
    return slots.name_in(spec["name"], "jobs")


def converger(spec: documents.RolledSpec, slot: str, host: Host) -> component.Converger:
    return component.Converger(bound(spec, slot), host)


def bound(spec: documents.RolledSpec, slot: str) -> documents.ComponentSpec:
    """Pure."""
    found, declared = component.nothing(_name(spec)), spec["release"].get("jobs")
    if not declared:
        return found
    serving: documents.FileSpec = {"content": f"SLOT={slot}\n", "owner": "root", "group": "root", "mode": "0644", "sensitive": False}
    files = {**declared["files"], slots.SERVING.format(spec["name"]): serving}
    return {**found, "files": files, "units": declared["units"], "timers": declared["timers"], "validate": declared["validate"]}


def follow(standing: Standing, slot: str) -> None:
    """From here on they run what ``slot`` holds. Raises ConvergeError; what they were is then taken back."""
    if not concerned(standing.spec, standing.host):
        return
    outcome = converger(standing.spec, slot, standing.host).apply()
    standing.clock("jobs")
    if outcome["status"] not in ("ok", "changed") or outcome["health"] != "Healthy":
        raise model.ConvergeError(f"its jobs: {outcome['msg'] or outcome['health']}")


def joined(result: exchange.Outcome, of_jobs: exchange.Outcome) -> exchange.Outcome:
    """One component to those who ask; the release did not fail. Pure."""
    return {
        **result,
        "status": result["status"] if of_jobs["status"] == "ok" else of_jobs["status"],
        "msg": result["msg"] or of_jobs["msg"],
        "sync": "OutOfSync" if "OutOfSync" in (result["sync"], of_jobs["sync"]) else result["sync"],
        "health": model.worst_health([result["health"], of_jobs["health"]]),
        "notes": [*result["notes"], *of_jobs["notes"]],
    }
