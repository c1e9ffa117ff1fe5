# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of ``deploy_lock`` returns. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict

from ...module_utils._lease.shapes import Event, FreezeView, LeaseView


class Result(TypedDict, total=False):
    """``token`` where the lease was granted; ``held``: somebody has a lease that has not expired; ``waited`` in seconds; ``where``
    the lease is kept."""

    failed: bool
    changed: bool
    msg: str
    lease: LeaseView | None
    freeze: FreezeView | None
    broken: Event | None
    journal: list[Event]
    notes: list[str]
    token: int | None
    lost: bool
    held: bool
    waited: float
    where: str
