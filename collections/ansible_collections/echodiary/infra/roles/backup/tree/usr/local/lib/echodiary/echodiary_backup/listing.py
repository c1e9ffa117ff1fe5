# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots as people and other programs are told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from . import times
from .config import Job

#: kind -> what the one file of a snapshot is called
FILES = {"postgres": "{}.dump", "redis": "{}.rdb"}


class Told(TypedDict):
    """A job of this host, without anything secret. ``component``: empty where it is none's."""

    job: str
    kind: str
    component: str
    hours: float


class Entry(TypedDict):
    """``time``: UTC; ``job``: empty for a snapshot of none of this host's; ``bytes``: of the data, not of what it takes."""

    id: str
    time: str
    job: str
    tags: list[str]
    bytes: int


def jobs(found: Mapping[str, Job]) -> list[Told]:
    return [
        {"job": name, "kind": job["kind"], "component": job.get("component", ""), "hours": job["hours"]}
        for name, job in sorted(found.items())
    ]


def file(snapshot: Mapping[str, Any], name: str) -> str:
    """Of a snapshot whose data is one file: where it is in there. Empty where it has many, as those of kind path do. The snapshot says it
    and no file of jobs, so that a host gives back what another one has saved."""
    wanted = {"/" + called.format(name) for called in FILES.values()}
    return next(iter(wanted.intersection(snapshot.get("paths") or [])), "")


def entries(snapshots: Iterable[Mapping[str, Any]], jobs: Iterable[str]) -> list[Entry]:
    """In the order given. The first tag is the job's name, also where this host does not have the job."""
    return [entry(one, jobs) for one in snapshots]


def entry(snapshot: Mapping[str, Any], jobs: Iterable[str]) -> Entry:
    tags = list(snapshot.get("tags") or [])
    known = [tag for tag in tags if tag in jobs]
    return {
        "id": snapshot["id"],
        "time": times.told(times.of_restic(snapshot["time"])),
        "job": (known or tags or [""])[0],
        "tags": tags,
        "bytes": int((snapshot.get("summary") or {}).get("total_bytes_processed", 0)),
    }


def line(one: Entry) -> str:
    return f"{one['id'][:8]}  {one['time']}  {one['job']}  {one['bytes']} bytes  {', '.join(one['tags'][1:])}"
