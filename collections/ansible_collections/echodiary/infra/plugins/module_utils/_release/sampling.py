# SPDX-License-Identifier: GPL-3.0-or-later
"""One look at a slot on trial: what HAProxy counts of it and of the other one, its container, its declared requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._host import docker, haproxy
from .signs import Container, Sample, Server

if TYPE_CHECKING:
    from .._host.shapes import Inspected, Stats
    from .._kinds import documents
    from .declared import Asking

_ANSWERS = ("hrsp_1xx", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other")


def look(at: float, edge: haproxy.EdgeSpec, new: str, old: str, project: documents.ProjectPlace, service: str, asking: Asking) -> Sample:
    rows = haproxy.counters(edge)
    return Sample(at, server(rows[new]), server(rows[old]), container(project, service), asking.trouble)


def server(row: dict[str, str]) -> Server:
    """Pure: a row of "show stat". A try that failed and went elsewhere counts once, however HAProxy books it."""

    def count(*columns: str) -> int:
        return sum(int(row.get(column) or 0) for column in columns)

    broken = max(count("econ", "eresp"), count("wretr"))
    return Server(
        answered=count(*_ANSWERS),
        bad=count("hrsp_5xx", "cli_abrt") + broken,
        in_flight=count("scur"),
        queued=count("qcur"),
        down=row.get("status", "").startswith("DOWN"),
    )


def container(project: documents.ProjectPlace, service: str) -> Container | None:
    """The container that serves; None where Docker does not answer just now: its containers may well go on."""
    listed = docker.ids_of(project["name"], service)
    if listed is None:
        return None
    if not listed:
        return Container(state="gone")
    inspect = docker.get(f"/containers/{listed[0]}/json", 3).json()
    stats: Stats | None = docker.get(f"/containers/{listed[0]}/stats?stream=false&one-shot=true", 3).json()
    return parsed(inspect, stats or {}) if inspect else None


def parsed(inspect: Inspected, stats: Stats) -> Container:
    """Pure: what Docker says of a container. Memory as ``docker stats`` counts it: without what only caches files."""
    state, memory = inspect["State"], stats.get("memory_stats") or {}
    detail = memory.get("stats") or {}
    cached = detail.get("total_inactive_file", detail.get("inactive_file", 0))
    limited = (inspect.get("HostConfig") or {}).get("Memory", 0)
    return Container(
        state=state["Status"],
        start=f"{inspect['Id'][:12]}@{state.get('StartedAt', '')}",
        oom_killed=bool(state.get("OOMKilled")),
        restarts=int(inspect.get("RestartCount") or 0),
        memory=max(0, int(memory.get("usage") or 0) - int(cached)),
        limit=int(memory.get("limit") or 0) if limited else 0,
    )
