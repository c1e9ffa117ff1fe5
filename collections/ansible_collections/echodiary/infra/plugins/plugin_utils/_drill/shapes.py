# SPDX-License-Identifier: GPL-3.0-or-later
"""What a drill keeps from one play to the next. Only types."""

from __future__ import annotations

from typing import TypedDict


class Phase(TypedDict):
    """``at``: when it began (s since the epoch)."""

    name: str
    at: float


class Count(TypedDict):
    """What a database holds, as ``echodiary-backup count`` says it. ``tables``: name -> rows."""

    tables: dict[str, int]
    rows: int
    revision: str


class Observed(TypedDict, total=False):
    """By somebody who wrote and asked all the while: acknowledged rows that are not there, requests, and those of them that failed."""

    lost: int
    asked: int
    failed: int
