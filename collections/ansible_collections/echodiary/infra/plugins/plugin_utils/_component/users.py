# SPDX-License-Identifier: GPL-3.0-or-later
"""Which questions tell whether users get what they want: each edge that listens for users, for each application behind it.

A host asks its own edge about its own applications; a component that says ``asks_edges`` asks those of all hosts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .._common.errors import SpecError
from . import release

if TYPE_CHECKING:
    from ...module_utils._host.users import Question
    from ...module_utils._kinds import documents
    from .roster import Entry, Roster

#: of ``listens``: who asks an edge, beside what stands before it
EDGE, HOST, MONITORING = "edge", "host", "monitoring"
_EVERY = ("*", "::", "0.0.0.0")  # noqa: S104 - compared, not bound


def attach(specs: list[documents.ComponentSpec], roster: Roster) -> None:
    """Where nobody asks, nothing is rendered for it."""
    for spec in specs:
        rolled = spec.get("release")
        if rolled and any(rolled["slots"].values()):
            here = roster.here.name
            rolled["asks"] = [one for one in questions(roster.entries(here), HOST) if one["component"] == spec["name"]]
        if spec.get("asks_edges"):
            spec["asks"] = [one for host in roster.names() for one in questions(roster.entries(host), MONITORING)]


def questions(entries: Iterable[Entry], who: str) -> list[Question]:
    """Of one host, by one that its edge lets ask. Pure."""
    known = list(entries)
    found = [one for entry in known if entry.release.get("slots") for one in _application(entry)]
    return [{"url": f"http://{edge}{path}", "name": name, "host": host, "component": component}
            for edge in edges(known, who) for host, component, name, path in found]  # fmt: skip


def edges(entries: list[Entry], who: str) -> Iterator[str]:
    """Address and port; an application's own port is no edge."""
    for entry in entries:
        for one in entry.listens if not entry.release else ():
            if one["for"] == "users" and one["protocol"] == "tcp" and EDGE in one["from"] and who in one["from"]:
                address = entry.address if one["address"] in _EVERY or who != HOST else one["address"]
                yield f"[{address}]:{one['port']}" if ":" in address else f"{address}:{one['port']}"


def _application(entry: Entry) -> Iterator[tuple[str, str, str, str]]:
    """Host, component, name and path of a request that is its own. One that is not declared well is its own host's to tell."""
    with contextlib.suppress(SpecError):
        declared = release.declared(entry.component, entry.release)
        check = declared.check["path"]
        path = "/" if any(check == one or check.startswith(f"{one.rstrip('/')}/") for one in declared.internal_paths) else check
        yield entry.host, entry.component, declared.route.hosts[0] if declared.route.hosts else "", f"{declared.route.path}{path}"
