# SPDX-License-Identifier: GPL-3.0-or-later
"""What a key is in the inventory: never the key itself."""

from __future__ import annotations

from typing import TypedDict


class _Key(TypedDict):
    sha256: str


class Key(_Key, total=False):
    """``sha256``: of the key, in lower case; ``made``: the day, as in 2027-01-31. The others are limits of its own, as role ai_gateway has
    them for all."""

    made: str
    requests: int
    concurrency: int
    tokens_per_day: int


Keys = dict[str, Key]


class Limits(TypedDict):
    """``requests`` in a window; ``concurrency``: requests at a time; ``tokens_per_day``: 0 for any number."""

    requests: int
    concurrency: int
    tokens_per_day: int


class Socket(TypedDict):
    port: int
    address: str


class Entry(TypedDict):
    """Of the roster, as far as it is asked here."""

    host: str
    component: str
    address: str
    listens: list[Socket]
