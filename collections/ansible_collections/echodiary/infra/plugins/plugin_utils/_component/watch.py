# SPDX-License-Identifier: GPL-3.0-or-later
"""What a component watches of its host, checked before anything is sent: aspects, what people let be, what they want put right. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from ...module_utils._watch.aspects import ASPECTS
from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._kinds import documents

_ALLOWED: dict[str, Any] = {
    "resources": {"type": "list", "elements": "str", "required": True},
    "reason": {"type": "str", "required": True},
    "until": {"type": "str", "default": ""},
    "hosts": {"type": "list", "elements": "str", "default": []},
}
OPTIONS: dict[str, Any] = {
    "host": {"type": "str", "required": True},
    "aspects": {"type": "list", "elements": "str", "required": True},
    "allowed": {"type": "list", "elements": "dict", "default": [], "options": _ALLOWED},
    "remove": {"type": "list", "elements": "str", "default": []},
}


def read(name: str, given: dict[str, Any] | None) -> documents.WatchSpec | None:
    """SpecError for an aspect that there is none of, a day that is none, and an entry without a reason."""
    if not given or not given["aspects"]:
        return None
    for fault in _faults(given):
        raise SpecError(f"{name}: watch: {fault}")
    return cast("documents.WatchSpec", given)


def _faults(given: dict[str, Any]) -> Iterator[str]:
    unknown = [aspect for aspect in given["aspects"] if aspect not in ASPECTS]
    if unknown:
        yield f"there is no aspect '{unknown[0]}'; use some of {', '.join(ASPECTS)}"
    for entry in given["allowed"]:
        told = ", ".join(entry["resources"]) or "an entry of allowed"
        if not entry["resources"] or not all(":" in one for one in entry["resources"]):
            yield f"{told}: resources have to be named as a check does, as in stranger:/etc/cron.d/backup"
        if not entry["reason"].strip():
            yield f"{told}: say why (reason)"
        if entry["until"] and not _is_day(entry["until"]):
            yield f"{told}: until '{entry['until']}' is no day; write it as 2027-01-31, or leave it out"


def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2027-01-31")
