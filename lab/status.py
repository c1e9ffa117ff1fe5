# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs, as a short table, and what to open next."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import docker

from lab import containers, labels
from lab.settings import Settings

ORDER = {"service": 0, "database": 1, "host": 2, "instance": 2, "extra": 3}


def status(client: docker.DockerClient, lab: Settings) -> str:
    found = sorted(containers.of_lab(client, lab), key=_sort_key)
    if not found:
        return f"Lab '{lab.name}' is not up. Start it: make up"
    rows = [("container", "address", "state", "since"), *(_row(container, lab) for container in found)]
    return "\n".join([*table(rows), "", *next_steps(lab)])


def table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def next_steps(lab: Settings) -> list[str]:
    site = "ansible-playbook site.yml" + ("" if lab.is_default else f" -i .lab/{lab.name}/inventory")
    return [
        f"  converge    {site}",
        f"  EchoDiary   http://127.0.0.1:{lab.port(8080)}/docs",
        f"  Prometheus  http://127.0.0.1:{lab.port(9090)}/targets",
        f"  Alerts      http://127.0.0.1:{lab.port(9093)}",
        "  a shell     python -m lab ssh app1",
    ]


def age(since: datetime, now: datetime) -> str:
    seconds = int((now - since).total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} s"


def _row(container: Any, lab: Settings) -> tuple[str, ...]:
    has = container.attrs["NetworkSettings"]["Networks"]
    endpoint: dict[str, Any] = has.get(lab.name) or next(iter(has.values()), {})
    state = container.attrs["State"]
    moment = state["StartedAt" if state["Running"] else "FinishedAt"]
    since = datetime.fromisoformat(moment[:19]).replace(tzinfo=UTC)
    return (container.name, endpoint.get("IPAddress") or "-", container.status, age(since, datetime.now(UTC)))


def _sort_key(container: Any) -> tuple[int, int, str]:
    member = str(container.labels.get(labels.MEMBER, ""))
    return (ORDER.get(container.labels.get(labels.KIND), 9), len(member), member)
