# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is asked of its work in the background, and what it says. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from .._kinds.model import Json


class Wanted(TypedDict):
    """``do``: begin, look or end. ``unit``: of systemd, without its suffix; ``given``: to the command's standard input, in base64;
    ``longest``: seconds after which it is ended; ``wait``: seconds to wait for its end before it is said how it is."""

    do: str
    unit: str
    about: str
    command: list[str]
    given: str
    longest: int
    wait: float


class _Told(TypedDict):
    failed: bool
    changed: bool


class Told(_Told, total=False):
    """``state``: begun, busy (one of that name runs), running, done, failed, or unknown; ``said``: its last line; ``answer``: what a
    package of ours answered, where it was one."""

    msg: str
    state: str
    said: str
    answer: dict[str, Json] | Any
