# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy may say of a release: which declared requests it answered, or that nobody declared any. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .results import Rolled

NOT_VERIFIED = "not verified: no requests declared"


def words(rolls: Iterable[Rolled | None]) -> str:
    """One line. ``rolls``: what module ``release`` returned for each host; empty when no host was asked, in a rollback for example."""
    asked = [found["verified"] for roll in rolls if roll and (found := roll.get("release")) and "verified" in found]
    if not asked:
        return ""
    if not all(asked):
        return f"{NOT_VERIFIED} (component.yml: release.requests)"
    return f"verified by: {', '.join(asked[0])}"
