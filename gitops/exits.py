# SPDX-License-Identifier: GPL-3.0-or-later
"""One exit code per answer. A difference and an error never share a number.

Where several hold, what is least certain wins, as in the report: Unknown, then Degraded, then OutOfSync.
"""

from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.plugin_utils._drift.model import Report

GOOD, ERROR, OUT_OF_SYNC, DEGRADED, UNKNOWN, ROLLED_BACK, BLOCKED = range(7)

MEANINGS = {
    GOOD: "in sync and healthy",
    ERROR: "the tool could not do what was asked",
    OUT_OF_SYNC: "something differs from git",
    DEGRADED: "something is not healthy (Degraded, Missing, Progressing)",
    UNKNOWN: "something could not be judged",
    ROLLED_BACK: "a change was taken back",
    BLOCKED: "a lease, a window, a pause, a quarantine or an outdated plan stopped it",
}


def of(report: Report) -> int:
    if "Unknown" in (report.sync, report.health):
        return UNKNOWN
    if report.health != "Healthy":
        return DEGRADED
    return OUT_OF_SYNC if report.sync != "Synced" else GOOD
