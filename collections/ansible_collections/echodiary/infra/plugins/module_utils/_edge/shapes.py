# SPDX-License-Identifier: GPL-3.0-or-later
"""What the edge is asked, and says. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict


class _Asked(TypedDict):
    check: bool
    traffic: str | None
    message: str | None
    drain: float
    backend: str


class Asked(_Asked, total=False):
    """``traffic`` and ``message``: None leaves it; ``drain`` in seconds; ``backend``: empty for all; ``who`` says so, for how many
    ``minutes``. Places for tests."""

    who: str
    minutes: int | None
    map: str
    socket: str


class Shown(TypedDict):
    traffic: str
    message: str


class Answer(TypedDict):
    """``serving``: the slot that would serve; empty where none is well."""

    changed: bool
    differs: bool
    before: Shown
    edge: Shown
    requests_left: int | None
    said: str
    was: str
    serving: str


class Failed(TypedDict):
    failed: bool
    msg: str
