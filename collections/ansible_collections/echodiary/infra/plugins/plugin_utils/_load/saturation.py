# SPDX-License-Identifier: GPL-3.0-or-later
"""What was short meanwhile, as Prometheus saw it: one query for all of it, and what comes back put into words. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from .shapes import Saturated

_LABEL, _STEP = "saturation", "5s"


class Reason(NamedTuple):
    """``query``: a share of what there is; ``mend``: what one does about it."""

    query: str
    mend: str


REASONS: Mapping[str, Reason] = {
    "processor": Reason(
        '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[30s]))',
        "larger or more hosts, or workers of the application that wait less",
    ),
    "memory": Reason(
        "max by (instance) (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)",
        "larger hosts, or a smaller limit of memory for what else runs there",
    ),
    "database connections": Reason(
        "max by (instance) (instance:database_connections:percent) / 100",
        "fewer workers or smaller pools (echodiary.infra.incident.db_connections), or a larger database",
    ),
    "connection pools": Reason(
        "max by (instance) (echodiary_db_pool_checked_out / (echodiary_db_pool_limit > 0))",
        "larger pools, or quicker statements",
    ),
    "HAProxy's queue": Reason(
        "clamp_max(max by (instance) (haproxy_backend_current_queue), 1)",
        "more workers of the application: requests waited for one",
    ),
    "HAProxy's connections": Reason(
        "max by (instance) (haproxy_process_current_connections / (haproxy_process_max_connections > 0))",
        "haproxy_fd_limit, or more hosts",
    ),
}
#: from here on it is worth a word
SHORT = 0.85


def query(seconds: float) -> str:
    """The worst of each within the last ``seconds``."""
    window = max(15, round(seconds))
    return " or ".join(
        f'label_replace(max_over_time(({one.query})[{window}s:{_STEP}]), "{_LABEL}", "{reason}", "", "")' for reason, one in REASONS.items()
    )


def read(answer: str) -> list[Saturated]:
    """The worst first. ValueError for what is no answer of Prometheus."""
    document = json.loads(answer)
    if not isinstance(document, dict) or document.get("status") != "success":
        raise ValueError(str(document.get("error") if isinstance(document, dict) else document)[:200])
    found = [_one(series) for series in document["data"]["result"]]
    return sorted((one for one in found if one["share"] == one["share"]), key=lambda one: -one["share"])


def _one(series: dict[str, Any]) -> Saturated:
    metric = series["metric"]
    return {"reason": str(metric.get(_LABEL)), "where": str(metric.get("instance", "")), "share": round(float(series["value"][1]), 4)}


def short(found: list[Saturated]) -> list[Saturated]:
    return [one for one in found if one["share"] >= SHORT]


def words(one: Saturated) -> str:
    return f"{one['reason']}{' of ' + one['where'] if one['where'] else ''} {100 * one['share']:.0f} %"
