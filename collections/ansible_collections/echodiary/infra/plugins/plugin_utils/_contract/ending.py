# SPDX-License-Identifier: GPL-3.0-or-later
"""Points that are seen when a copy has ended: how long it took, what was cut, what it left in its own file system. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .shapes import Case, Finding, broken, kept, untried

if TYPE_CHECKING:
    from ...module_utils._contract.shapes import Ending

_KILLED = 137
_NOT_WELL = "it did not serve until it was told to end"
_LOG = re.compile(r"\.log(\.|$)|/logs?(/|$)")
#: paths that are told
_MOST = 5


def stop(case: Case) -> Finding:
    ended = case.trial.get("ending")
    if not ended:
        return untried("stop", _NOT_WELL)
    if not _killed(ended):
        return kept("stop")
    process = case.trial["process"]
    who = f"process 1 ({process['name']})"
    cause = f"{who} takes the signal and does not end" if process["handles"] else f"{who} does nothing about that signal"
    return broken("stop", f"told to end, it went on for {ended['seconds']:.0f} s (stop_grace_period) and had to be killed: {cause}")


def _killed(ended: Ending) -> bool:
    return ended["code"] == _KILLED and ended["seconds"] >= ended["grace"]


def in_flight(case: Case) -> Finding:
    ended = case.trial.get("ending")
    if not ended:
        return untried("in_flight", _NOT_WELL)
    if not ended["request"]:
        return untried("in_flight", "none of release.requests takes long enough (0.15 s) to be under way when it is told to end")
    if not ended["cut"]:
        return kept("in_flight")
    return broken("in_flight", f"request '{ended['request']}', under way when it was told to end, was cut off, twice: {ended['cut']}")


def writes(case: Case) -> Finding:
    if "written" not in case.trial:
        return untried("writes", "it did not run")
    found = [path for path in case.trial["written"] if not _LOG.search(path)]
    return (
        broken("writes", f"it writes to its own file system, which is read-only or goes with it: {_some(found)}")
        if found
        else kept("writes")
    )


def logs(case: Case) -> Finding:
    if "written" not in case.trial:
        return untried("logs", "it did not run")
    found = [path for path in case.trial["written"] if _LOG.search(path)]
    return broken("logs", f"it logs to {_some(found)}") if found else kept("logs")


def _some(paths: list[str]) -> str:
    more = f" and {len(paths) - _MOST} more" if len(paths) > _MOST else ""
    return ", ".join(paths[:_MOST]) + more
