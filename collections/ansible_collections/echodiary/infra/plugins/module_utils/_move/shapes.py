# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked, seen and answered of a database that moves. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict

from .._dump.shapes import Login

#: what of a database is compared -> what it is, as text: "table public.entries" -> "127200 rows, 81235…"
Contents = dict[str, str]


class Credentials(TypedDict):
    user: str
    password: str


class Manifest(TypedDict):
    """``state``: looked, frozen, compared or opened; ``side`` of the latter two: source or target. ``roles_come``: those of the target will
    be made, so it cannot be looked at yet. ``logins``: who has to be let in at the
    target with the password that is known here. ``directory``: of the dumps; ``timeout`` in seconds."""

    state: str
    check: bool
    side: str
    roles_come: bool
    source: Login
    target: Login
    owner: str
    maintenance_database: str
    logins: list[Credentials]
    directory: str
    timeout: int


class Content(TypedDict):
    """What one database holds. ``rows`` are the statistics' guess; ``size`` in bytes; ``prepared``: transactions that wait for their
    commit; ``relations``: how many tables, of everybody but PostgreSQL."""

    size: int
    rows: int
    relations: int
    revision: str
    extensions: list[str]
    prepared: int


class Side(TypedDict):
    """One server as it is now. ``content`` is None where the database is not there; ``frozen``: closed to writes by a move;
    ``available``: extensions that can be made there; ``strangers``: sessions that may not be ended, in words; ``wrong``: why a restore
    would be refused."""

    version: int
    content: Content | None
    frozen: bool
    available: list[str]
    strangers: list[str]
    wrong: list[str]


class Seen(TypedDict):
    """``target`` is None where nobody gets in there yet. ``closed``: logins that the target does not let in, with what it says; ``pace``:
    bytes of a database dumped and read back in a second by the newest dump, 0 where there is none."""

    source: Side
    target: Side | None
    closed: list[str]
    pace: float


class _Result(TypedDict):
    failed: bool
    changed: bool
    msg: str


class Result(_Result, total=False):
    """``stage``: what a run has to begin with, copy or roll (a run before it was cut off); ``lines``: what there is and what it takes."""

    stage: str
    lines: list[str]
    ended_sessions: int
    compared: int
