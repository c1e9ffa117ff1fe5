# SPDX-License-Identifier: GPL-3.0-or-later
"""Which release is good? Pure functions over the history, oldest entry first.

A release is good from the moment a deploy or rollback to it succeeded, or converge brought it, until somebody rolls back from it;
deployed again with success, it is good again. A deploy that was taken back never was good, and what ran before it goes on being the
current release. A release is its image's digest together with its configuration's fingerprint: the same image with another
configuration is another release. Who goes back by name to something newer says nothing against what he leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .shapes import Entry, Release

#: kinds of entries after which another release may run
MOVES = ("deploy", "rollback", "converge")


class Good(NamedTuple):
    """``current``: the entry that brought what should run now; ``previous``: what a rollback without arguments goes to."""

    current: Entry | None
    previous: Entry | None


def good(entries: list[Entry]) -> Good:
    newest_first: list[Entry | None] = list(reversed(standing(entries)))
    return Good(*([*newest_first, None, None])[:2])


def standing(entries: list[Entry]) -> list[Entry]:
    """The entries that made a release good which still is, in order of that."""
    found: list[Entry] = []
    tried: list[Entry] = []  # one for each release, in the order in which they were first tried
    for entry in entries:
        if entry.get("kind") not in MOVES or not entry.get("digest"):
            continue
        if entry.get("outcome") == "succeeded":
            forward = _is_forward(entry, found, tried)
            found = [one for one in found if not same(one, entry) and (forward or not _left(one, entry))]
            found.append(entry)
        if _place(entry, tried) is None:
            tried.append(entry)
    return found


def same(one: Release, other: Release) -> bool:
    """Whether two entries are about the same release. Where a configuration is not known, the image decides."""
    configs = {one.get("config") or "", other.get("config") or ""} - {""}
    return digest(one["digest"]) == digest(other["digest"]) and len(configs) < 2


def digest(image: str) -> str:
    """However an image is spelt, its digest names it."""
    return image.rpartition("@")[2]


def _left(one: Entry, entry: Entry) -> bool:
    """A rollback names what it leaves by the id of its entry, which is exact, by its digest, or as what served before it."""
    named = entry.get("rollback_of")
    before: Release = {"digest": entry.get("digest_before") or "", "config": entry.get("config_before") or ""}
    if named and (named == one.get("id") or digest(named) == digest(one["digest"])):
        return True
    return entry["kind"] == "rollback" and bool(before["digest"]) and same(one, before)


def _is_forward(entry: Entry, good: list[Entry], tried: list[Entry]) -> bool:
    """To what is not good at the moment, and was first tried after all that is."""
    there = _place(entry, tried)
    if there is None or _place(entry, good) is not None:
        return False
    return all((_place(one, tried) or 0) < there for one in good)


def _place(entry: Entry, tried: list[Entry]) -> int | None:
    return next((number for number, one in enumerate(tried) if same(one, entry)), None)


def chosen(entries: list[Entry], outcomes: list[str], last: int) -> list[Entry]:
    """The ``last`` entries with one of ``outcomes`` (none given: any), newest first."""
    wanted = [entry for entry in entries if not outcomes or entry.get("outcome") in outcomes]
    return list(reversed(wanted))[:last]
