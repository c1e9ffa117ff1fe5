# SPDX-License-Identifier: GPL-3.0-or-later
"""Which entries let be what was found on which hosts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict


class Entry(TypedDict, total=False):
    """As in baseline_allowed. ``hosts``, ``until``: left out where they say nothing."""

    resources: list[str]
    reason: str
    until: str
    hosts: list[str]


def entries(found: Mapping[str, Iterable[str]], reason: str, until: str = "") -> list[Entry]:
    """``found``: host -> resources. What all hosts have comes first, and names no host."""
    by_hosts: dict[tuple[str, ...], list[str]] = {}
    for resource in sorted({one for listed in found.values() for one in listed}):
        having = tuple(sorted(host for host, listed in found.items() if resource in set(listed)))
        by_hosts.setdefault(() if len(having) == len(found) else having, []).append(resource)
    return [_entry(list(hosts), resources, reason, until) for hosts, resources in sorted(by_hosts.items())]


def _entry(hosts: list[str], resources: list[str], reason: str, until: str) -> Entry:
    entry: Entry = {"reason": reason, "resources": resources}
    if hosts:
        entry["hosts"] = hosts
    if until:
        entry["until"] = until
    return entry
