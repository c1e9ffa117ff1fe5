# SPDX-License-Identifier: GPL-3.0-or-later
"""May something be changed now? Argo CD's rules: a deny wins; where there are allows, one of them has to be open. Pure."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Iterable

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from cronsim import CronSim

from gitops.policy import Window


def closed(windows: Iterable[Window], host: str, component: str, now: float) -> str:
    """Why it may not be changed now; empty when it may."""
    ours = [window for window in windows if window.scope.covers(host, component)]
    for window in ours:
        end = open_until(window, now) if window.kind == "deny" else None
        if end is not None:
            return f"denied until {timestamps.to_text(end)} by the window '{window.schedule}'{_because(window)}"
    allows = [window for window in ours if window.kind == "allow"]
    if not allows or any(open_until(window, now) is not None for window in allows):
        return ""
    return f"no allowing window is open; the next one opens {timestamps.to_text(min(next_start(window, now) for window in allows))}"


def open_until(window: Window, now: float) -> float | None:
    """The end of the occurrence that ``now`` is in: an occurrence holds its start and not its end.

    Occurrences may overlap where they last longer than the time between two; the newest start decides the end.
    """
    zone = zoneinfo.ZoneInfo(window.timezone)
    # The iterator looks strictly before its start, so a second later finds an occurrence that begins right now.
    local = datetime.datetime.fromtimestamp(now, zone) + datetime.timedelta(seconds=1)
    start: datetime.datetime = next(CronSim(window.schedule, local, reverse=True))
    end = start.timestamp() + window.duration
    return end if start.timestamp() <= now < end else None


def next_start(window: Window, now: float) -> float:
    local = datetime.datetime.fromtimestamp(now, zoneinfo.ZoneInfo(window.timezone))
    found: datetime.datetime = next(CronSim(window.schedule, local))
    return found.timestamp()


def _because(window: Window) -> str:
    return f" ({window.reason})" if window.reason else ""
