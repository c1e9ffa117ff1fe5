# SPDX-License-Identifier: GPL-3.0-or-later
"""What is recorded of a lock, what is asked of it, and what is said. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict, final


class Stamp(TypedDict):
    """A moment that can be aged later: for people (``at``), and in seconds since ``boot``."""

    at: str
    uptime: float
    boot: str


class Lease(TypedDict):
    """``ttl`` in seconds; ``override``: why a freeze did not count, or empty."""

    token: int
    owner: str
    reason: str
    run_url: str
    ttl: float
    override: str
    acquired: Stamp
    renewed: Stamp


class Freeze(TypedDict):
    owner: str
    reason: str
    until: str
    since: Stamp


class Record(TypedDict):
    """``token``: the last fencing token that was given out; it survives releases."""

    version: int
    token: int
    lease: Lease | None
    freeze: Freeze | None


class _Event(TypedDict):
    event: str
    at: str


class Event(_Event, total=False):
    """A line of the journal: what happened to whose lease, and who did it (``by``) where that was somebody else."""

    token: int
    owner: str
    reason: str
    run_url: str
    override: str
    acquired: str
    renewed: str
    by: str
    why: str
    was: str
    until: str


class Told(TypedDict):
    """What Prometheus hears: in which directory of files, of which environment, and how it ended."""

    state: str
    textfiles: str | None
    environment: str
    outcome: str


class Asked(Told):
    """``ttl`` in seconds; None is what the lease has, or the usual."""

    owner: str
    reason: str
    run_url: str
    ttl: float | None
    token: int | None
    force: bool
    override_freeze: str
    until: str | None


class _Manifest(TypedDict):
    check: bool
    name: str
    asked: Asked
    directory: str


class Manifest(_Manifest, total=False):
    """``now``: wall, uptime and boot, for tests. ``kept_elsewhere``: the lock is not this host's, which only tells Prometheus of it."""

    now: tuple[float, float, str]
    kept_elsewhere: bool


class LeaseView(TypedDict):
    """A lease as people and playbooks read it; times are the host's."""

    token: int
    owner: str
    reason: str
    run_url: str
    ttl: float
    override: str
    acquired: str
    renewed: str
    expires: str
    seconds_left: float
    expired: bool


class FreezeView(TypedDict):
    owner: str
    reason: str
    until: str
    since: str
    active: bool


class View(TypedDict):
    now: str
    last_token: int
    lease: LeaseView | None
    freeze: FreezeView | None


@final
class Decided(View):
    """``outcome`` as of ``planning.Plan``."""

    outcome: str
    changed: bool
    notes: list[str]
    broken: Event | None
    journal: list[Event]


@final
class Failed(TypedDict):
    failed: bool
    msg: str


@final
class Noted(TypedDict):
    """Of a lock that is kept elsewhere: what there is to know."""

    notes: list[str]
