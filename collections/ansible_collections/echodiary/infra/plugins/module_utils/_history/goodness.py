# SPDX-License-Identifier: GPL-3.0-or-later
"""Which release is good? Pure functions over the history, oldest entry first.

A release is good from the moment a deploy or rollback to it succeeded, or converge brought it, until somebody rolls back from it;
deployed again with success, it is good again. A deploy that was taken back never was good, and what ran before it goes on being the
current release. A release is its image's digest together with its configuration's fingerprint: the same image with another
configuration is another release.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Entry = dict[str, Any]

#: kinds of entries after which another release may run
MOVES = ("deploy", "rollback", "converge")


class Good(NamedTuple):
    """``current``: the entry that brought what should run now; ``previous``: what a rollback without arguments goes to."""

    current: Entry | None
    previous: Entry | None


def good(entries: list[Entry]) -> Good:
    standing: list[Entry] = []  # entries that made a release good, in order of that
    for entry in entries:
        if entry.get("kind") in MOVES and entry.get("outcome") == "succeeded" and entry.get("digest"):
            left = entry.get("rollback_of")
            standing = [one for one in standing if not _is(one, left) and _release(one) != _release(entry)]
            standing.append(entry)
    newest_first: list[Entry | None] = list(reversed(standing))
    return Good(*([*newest_first, None, None])[:2])


def _release(entry: Entry) -> tuple[Any, Any]:
    return entry["digest"], entry.get("config")


def _is(entry: Entry, named: Any) -> bool:
    """A rollback names what it leaves by the id of its entry, which is exact, or by its digest."""
    return bool(named) and named in (entry.get("id"), entry["digest"])


def chosen(entries: list[Entry], outcomes: list[str], last: int) -> list[Entry]:
    """The ``last`` entries with one of ``outcomes`` (none given: any), newest first."""
    wanted = [entry for entry in entries if not outcomes or entry.get("outcome") in outcomes]
    return list(reversed(wanted))[:last]
