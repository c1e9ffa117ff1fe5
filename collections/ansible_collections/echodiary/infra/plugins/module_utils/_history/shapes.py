# SPDX-License-Identifier: GPL-3.0-or-later
"""What the history keeps, and what is asked of it. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict, final


class Release(TypedDict, total=False):
    """What names a release: its image's digest, and the fingerprint of what it runs with where that is known."""

    digest: str
    config: str


class _Entry(TypedDict):
    id: str
    kind: str
    outcome: str


class Entry(_Entry, Release, total=False):
    """A deploy, or what else moved a host. ``component``: an entry of an older version has none. ``digest_before`` and ``config_before``
    served before. ``migration_*``: where the schema went; ``rollback_of``: id of an entry or a digest; ``gates``: name -> what was seen
    last; ``hosts``: how each ended."""

    version: int
    at: str
    who: str
    why: str
    run_url: str
    component: str
    release: str
    commit: str
    digest_before: str
    config_before: str
    migration_from: str
    migration_to: str
    rollback_of: str
    gates: dict[str, str]
    seconds: dict[str, float]
    hosts: dict[str, str]
    error: str


class Manifest(TypedDict):
    """``state``: appended or read; ``limit``: bytes of a file; ``component``, ``last`` and ``outcomes`` narrow what is read;
    ``repository``: of the component's images; ``only``: no other component has a release."""

    check: bool
    state: str
    path: str
    entry: Entry | None
    component: str
    repository: str
    only: bool
    outcomes: list[str]
    last: int
    limit: int


@final
class Appended(TypedDict):
    changed: bool


@final
class History(TypedDict):
    """``damaged``: lines that are no record."""

    changed: bool
    entries: list[Entry]
    last_good: Entry | None
    previous_good: Entry | None
    damaged: int


@final
class Failed(TypedDict):
    failed: bool
    msg: str
