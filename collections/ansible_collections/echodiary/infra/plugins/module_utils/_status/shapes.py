# SPDX-License-Identifier: GPL-3.0-or-later
"""What people announce to users. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict


class Words(TypedDict):
    en: str
    ko: str


class Notice(TypedDict):
    """Moments are s since 1970; ``end`` is None while nobody knows it. ``source``: the play that said so, which may end it; ``who`` is not
    shown."""

    id: str
    kind: str
    start: float
    end: float | None
    words: Words
    source: str
    who: str


class Asked(TypedDict):
    """``state``: present, over, withdrawn or read. ``notice`` is of ``present``; ``id`` or ``source`` say which one of the others.
    ``path`` for tests."""

    check: bool
    state: str
    now: float
    id: str
    source: str
    notice: Notice | None
    path: str


class Answer(TypedDict):
    changed: bool
    notices: list[Notice]


class Failed(TypedDict):
    failed: bool
    msg: str
