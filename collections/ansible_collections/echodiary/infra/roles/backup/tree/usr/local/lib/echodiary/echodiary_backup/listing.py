# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots as people and other programs are told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from . import times

#: kind -> what the one file of a snapshot is called
FILES = {"postgres": "{}.dump", "redis": "{}.rdb"}


class Entry(TypedDict):
    """``time``: UTC; ``job``: empty for a snapshot of none of this host's; ``bytes``: of the data, not of what it takes."""

    id: str
    time: str
    job: str
    tags: list[str]
    bytes: int


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
