# SPDX-License-Identifier: GPL-3.0-or-later
"""Path globs as people expect them: ``*`` stays inside one directory, ``**`` crosses them."""

from __future__ import annotations

import re

_compiled: dict[str, re.Pattern[str]] = {}


def matches(path: str, pattern: str) -> bool:
    """``/etc/x/**`` matches everything below /etc/x; ``/etc/x/*`` only its direct children; no wildcard means equal."""
    head = pattern[:-2] if pattern.endswith("/**") else pattern
    if "*" not in head and "?" not in head:
        # nearly all are of these two forms, and an expression takes a host longer to compile than to use
        return path == pattern if head == pattern else path.startswith(head)
    if pattern not in _compiled:
        _compiled[pattern] = re.compile(_translate(pattern), re.DOTALL)
    return _compiled[pattern].fullmatch(path) is not None


def _translate(pattern: str) -> str:
    parts = re.split(r"(\*\*/?|\*|\?)", pattern)
    wild = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    return "".join(wild.get(part, re.escape(part)) for part in parts)


def matches_any(path: str, patterns: list[str]) -> bool:
    return any(matches(path, pattern) for pattern in patterns)
