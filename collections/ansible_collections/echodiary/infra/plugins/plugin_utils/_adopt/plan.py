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


def entries(found: Mapping[str, Iterable[str]], reason: str, until: str = "", *, everywhere: bool = True) -> list[Entry]:
    """``found``: host -> resources; ``everywhere``: these are all hosts. What all of them have comes first then, and names no host."""
    by_hosts: dict[tuple[str, ...], list[str]] = {}
    for resource in sorted({one for listed in found.values() for one in listed}):
        having = tuple(sorted(host for host, listed in found.items() if resource in set(listed)))
        by_hosts.setdefault(() if everywhere and len(having) == len(found) else having, []).append(resource)
    return [_entry(list(hosts), resources, reason, until) for hosts, resources in sorted(by_hosts.items())]


def _entry(hosts: list[str], resources: list[str], reason: str, until: str) -> Entry:
    # what comes out of a template is a kind of text of its own, which YAML does not know
    entry: Entry = {"reason": str(reason), "resources": [str(one) for one in resources]}
    if hosts:
        entry["hosts"] = [str(one) for one in hosts]
    if until:
        entry["until"] = str(until)
    return entry
