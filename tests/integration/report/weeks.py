# SPDX-License-Identifier: GPL-3.0-or-later
"""What else a report is made of, for both of the planted weeks: histories, a security check, an account."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._gate import main
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._report import asking, compose, model
from ansible_collections.echodiary.infra.plugins.plugin_utils._report.sections import logs
from ansible_collections.echodiary.infra.plugins.plugin_utils._report.shapes import Plan

from tests.integration.report.planted import DAY, END, HOUR, MINUTE, QUIET_END

SERVICE: Any = {
    "component": "shop",
    "backend": "shop",
    "objectives": {"availability_percent": 99.5, "latency_percent": 99.0, "latency_seconds": 1.0},
    "trouble": "",
}
#: when the commits of the deploys that went well were made
COMMITTED = {"a" * 40: QUIET_END - DAY - 2 * HOUR, "b" * 40: END - 5 * DAY - HOUR, "c" * 40: END - DAY - 3 * HOUR}


def plan(end: int) -> Plan:
    return {
        "environment": "production", "end": end, "days": 7, "services": [SERVICE], "inventory": "inventories/production",
        "watcher": "mon1", "logs": "",
    }  # fmt: skip


def entry(name: str, at: int, outcome: str, **more: Any) -> dict[str, Any]:
    return {"version": 1, "id": name, "kind": "deploy", "outcome": outcome, "component": "shop", "at": timestamps.to_text(at), **more}


#: newest first, as a host says it. In the second week three of five deploys did not go well.
HISTORY: list[Any] = [
    entry("six", END - DAY, "succeeded", commit="c" * 40, release="v6", digest="sha256:6", who="ann"),
    entry("five", END - DAY - 12 * MINUTE, "partial", release="v5", error="app2 did not come back", digest="sha256:5"),
    entry("four", END - 2 * DAY, "failed", release="v4", error="the image is not there"),
    entry("three", END - 3 * DAY, "taken_back", release="v3", seconds={"total": 95.0, "roll": 60.0}, error="5xx above 1 %"),
    entry("two", END - 5 * DAY, "succeeded", commit="b" * 40, release="v2", digest="sha256:2"),
    entry("one", QUIET_END - DAY, "succeeded", commit="a" * 40, release="v1", digest="sha256:1"),
]


#: nothing lies in files
UNWATCHED: Any = {"looked": "", "differing": [], "heals": [], "troubles": []}


def security(end: int) -> Any:
    return {
        "schema": 1, "environment": "production", "at": timestamps.to_text(end - DAY), "findings": [], "allowed": [], "carried": [],
        "new": [], "gone": [], "unchecked": [], "unmatched": [],
    }  # fmt: skip


def ask(url: str, end: int) -> Any:
    """As the host of Prometheus does, in this process."""
    wanted = compose.probes(plan(end), url, logs.Store())
    heard = main.run(asking.manifest(list(wanted.values())))
    assert "ticks" in heard
    return dict(zip(wanted, heard["ticks"][0]["answers"], strict=True))


def known(answers: Any, end: int) -> compose.Known:
    history = [one for one in HISTORY if timestamps.to_wall(one["at"]) <= end]
    told: Any = [{"component": "shop", "entries": history, "trouble": ""}]
    return compose.Known({"answers": answers}, told, COMMITTED, security(end), "", None, "", UNWATCHED)


def report(url: str, end: int) -> model.Report:
    return compose.report(plan(end), known(ask(url, end), end))


def figures(found: model.Report, key: str) -> Any:
    return next(one.figures for one in found.sections if one.key == key)


def section(found: model.Report, key: str) -> model.Section:
    return next(one for one in found.sections if one.key == key)
