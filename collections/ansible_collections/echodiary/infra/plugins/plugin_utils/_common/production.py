# SPDX-License-Identifier: GPL-3.0-or-later
"""Which environments are production, by their names. Pure."""

from __future__ import annotations

from collections.abc import Iterable

NAMES = ("production", "prod", "live")


def is_one(environment: str, names: Iterable[str] = NAMES) -> bool:
    """Also production-eu, and whatever is written larger."""
    said = environment.lower()
    return any(said == name.lower() or said.startswith((f"{name.lower()}-", f"{name.lower()}_")) for name in names)
