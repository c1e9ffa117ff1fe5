# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of an Alertmanager, and how. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict, final


class Matcher(TypedDict):
    """As Alertmanager's API names it."""

    name: str
    value: str
    isRegex: bool
    isEqual: bool


class Manifest(TypedDict):
    """``state``: start or end; ``url`` of the API; ``timeout`` (s) of one request; the rest is of a start."""

    state: str
    id: str
    url: str
    timeout: float
    owner: str
    comment: str
    seconds: float
    matchers: list[Matcher]


class Silence(TypedDict):
    """As Alertmanager's API wants it."""

    id: str
    createdBy: str
    comment: str
    startsAt: str
    endsAt: str
    matchers: list[Matcher]


@final
class Made(TypedDict):
    id: str


@final
class Failed(TypedDict):
    failed: bool
    msg: str
