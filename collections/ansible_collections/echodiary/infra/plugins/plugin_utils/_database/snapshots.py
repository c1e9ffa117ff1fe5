# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of an RDS instance as backups of a component: what one is called, which are a component's own, which are old. Pure.

What versions before made carries no component's name among its tags: such a one is told by its own name. Each month's first is copied, and
the copy (``monthly-2026-11``) is kept for a year, whatever becomes of the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypedDict

from .._common import timestamps

MADE_BY = "echodiary.infra"
_MONTHLY = "monthly-"
_OF_MONTH = re.compile(rf"{_MONTHLY}(\d{{4}})-(\d{{2}})")
#: for which a month's copy is kept, beside the month that runs
MONTHS = 12
_FAILED = "failed"


class Tag(TypedDict):
    key: str
    value: str


class _Snapshot(TypedDict):
    db_snapshot_identifier: str


class Snapshot(_Snapshot, total=False):
    """As ``amazon.aws.rds_snapshot_info`` returns it."""

    snapshot_create_time: str
    status: str
    db_snapshot_arn: str
    allocated_storage: int
    tag_list: list[Tag]


class Names(TypedDict):
    """``prefix`` of what its snapshots are called; ``keep``: how many, 0 for all."""

    component: str
    environment: str
    prefix: str
    keep: int


class Taken(TypedDict):
    """``status`` is ``absent`` where there is none; ``timestamp`` in seconds since 1970, 0 where it is not known; ``removed``: older ones
    of the same component that go; ``monthly``: what it is copied as, empty where its month has a copy."""

    id: str
    location: str
    time: str
    timestamp: int
    status: str
    removed: list[str]
    monthly: str


def prefix(component: str, environment: str) -> str:
    """AWS takes letters, digits and single hyphens."""
    return "".join(f"{part}-" for part in (component.replace("_", "-"), environment) if part)


def tags(names: Names, identifier: str, release: str, revision: str) -> dict[str, str]:
    return {
        "Project": names["component"],
        "Component": names["component"],
        "Environment": names["environment"],
        "Backup": identifier,
        "MadeBy": MADE_BY,
        "Release": release,
        "Revision": revision,
    }


def taken(found: Sequence[Snapshot], names: Names, identifier: str, now: str) -> Taken:
    """``now``: UTC text."""
    called = f"{names['prefix']}{identifier}"
    this = next((one for one in found if one["db_snapshot_identifier"] == called), None)
    time = str(this.get("snapshot_create_time", "")).replace(" ", "T") if this else ""
    return {
        "id": identifier,
        "location": this.get("db_snapshot_arn", "") if this else "",
        "time": time,
        "timestamp": int(timestamps.to_wall(f"{time[:19]}Z")) if time else 0,
        "status": this.get("status", "absent") if this else "absent",
        "removed": [*_old(found, names, called), *_old_months(found, names, now)],
        "monthly": _monthly(found, names, identifier, time or now, now),
    }


def _monthly(found: Sequence[Snapshot], names: Names, identifier: str, time: str, now: str) -> str:
    """Of a month that is over nothing is copied any more: what is left of it need not be its first. A copy that failed is removed first."""
    wanted = f"{_MONTHLY}{now[:7]}"
    has = any(_identifier(one, names) == wanted for one in own(found, names))
    return "" if has or time[:7] != now[:7] or _OF_MONTH.fullmatch(identifier) else wanted


def _old(found: Sequence[Snapshot], names: Names, called: str) -> list[str]:
    """The one just made is one of those that are kept; a month's copy is none of them."""
    ordinary = (one for one in own(found, names) if not _OF_MONTH.fullmatch(_identifier(one, names)))
    others = [name for one in ordinary if (name := one["db_snapshot_identifier"]) != called]
    return others[max(names["keep"], 1) - 1 :] if names["keep"] else []


def _old_months(found: Sequence[Snapshot], names: Names, now: str) -> list[str]:
    """With ``keep: 0`` as well: they are kept for a year, and not for ever."""
    oldest = _count(now[:4], now[5:7]) - MONTHS
    copies = ((one, _OF_MONTH.fullmatch(_identifier(one, names))) for one in own(found, names))
    return [
        one["db_snapshot_identifier"]
        for one, month in copies
        if month and (_count(*month.groups()) < oldest or one.get("status") == _FAILED)
    ]


def _count(year: str, month: str) -> int:
    return int(year) * 12 + int(month)


def _identifier(one: Snapshot, names: Names) -> str:
    """What the backup is called. Its own tag says it; what somebody else named so is not ours."""
    return _tags(one).get("Backup") or one["db_snapshot_identifier"].removeprefix(names["prefix"])


def own(found: Sequence[Snapshot], names: Names) -> list[Snapshot]:
    """Those that we made of this component, newest first."""
    return sorted((one for one in found if _is_own(one, names)), key=lambda one: str(one.get("snapshot_create_time", "")), reverse=True)


def _is_own(one: Snapshot, names: Names) -> bool:
    found = _tags(one)
    if found.get("MadeBy") != MADE_BY or found.get("Environment", names["environment"]) != names["environment"]:
        return False
    return found["Component"] == names["component"] if "Component" in found else one["db_snapshot_identifier"].startswith(names["prefix"])


def _tags(one: Snapshot) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in one.get("tag_list") or []}
