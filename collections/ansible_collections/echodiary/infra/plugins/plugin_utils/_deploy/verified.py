# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy may say of a release: which declared requests it answered, or that nobody declared any. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

NOT_VERIFIED = "not verified: no requests declared"


def words(rolls: Iterable[Mapping[str, Any] | None]) -> str:
    """One line. ``rolls``: what module ``release`` returned for each host; empty when no host was asked, in a rollback for example."""
    asked = [found["verified"] for found in ((roll or {}).get("release") or {} for roll in rolls) if "verified" in found]
    if not asked:
        return ""
    if not all(asked):
        return f"{NOT_VERIFIED} (deploy_verify_requests)"
    return f"verified by: {', '.join(asked[0])}"
