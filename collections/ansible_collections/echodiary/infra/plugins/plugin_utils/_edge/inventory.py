# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory has to say before HAProxy is told what its host serves. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._common.errors import SpecError


def check(entries: Sequence[Mapping[str, Any]]) -> None:
    """SpecError where the inventory does not say which components the host has, and none of those that are converged is served."""
    if not entries or entries[0].get("listed", True) or any(one["release"] for one in entries):
        return
    raise SpecError(
        f"haproxy: the inventory does not say which components {entries[0]['host']} has, so nobody knows what it serves; "
        "set components: [haproxy, …] for it, with its applications"
    )
