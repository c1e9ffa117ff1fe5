# SPDX-License-Identifier: GPL-3.0-or-later
"""How bad. Pure."""

from __future__ import annotations

ORDER = ("info", "low", "medium", "high", "critical")


def rank(severity: str) -> int:
    return ORDER.index(severity)


def at_least(severity: str, bound: str) -> bool:
    return rank(severity) >= rank(bound)


def worst(*several: str) -> str:
    return max(several, key=rank)
