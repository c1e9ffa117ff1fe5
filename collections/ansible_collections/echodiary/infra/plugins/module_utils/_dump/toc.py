# SPDX-License-Identifier: GPL-3.0-or-later
"""An archive's table of contents: what of it is restored. Pure.

An extension that the new database has from its template needs no superuser; creating it again, or commenting on it, would.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_ENTRY = re.compile(r"^\d+; \d+ \d+ (?:EXTENSION - (?P<extension>\S+)|COMMENT - EXTENSION (?P<comment>\S+))")


def entries(listing: str) -> list[str]:
    """Lines of ``pg_restore --list`` that stand for something."""
    return [line for line in listing.splitlines() if line.strip() and not line.startswith(";")]


def without_extensions(listing: str, present: Collection[str]) -> list[str]:
    return [line for line in entries(listing) if _extension(line) not in present]


def _extension(line: str) -> str:
    found = _ENTRY.match(line)
    return (found["extension"] or found["comment"] or "").strip('"') if found else ""
