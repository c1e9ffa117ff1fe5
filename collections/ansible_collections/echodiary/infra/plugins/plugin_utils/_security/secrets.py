# SPDX-License-Identifier: GPL-3.0-or-later
"""What looks like a secret in the files of a repository, as detect-secrets says it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypedDict

from .shapes import Finding

#: of a file that is encrypted as a whole; what is in it are digits
VAULT = "$ANSIBLE_VAULT;"
#: known by a name beside it alone, which more often than not has a variable or an example after it
GUESSED = frozenset({"Secret Keyword", "Basic Auth Credentials"})
MEND = (
    "take it out, and change it: whoever had the repository has it. A line that only looks like one ends with: # pragma: allowlist secret"
)


class Place(TypedDict, total=False):
    type: str
    line_number: int


def findings(results: Mapping[str, Sequence[Place]], is_encrypted: Callable[[str], bool], host: str) -> list[Finding]:
    """``results``: file to what is in it. One finding of each kind in a file, whatever line it moves to."""
    return [
        _finding(path, kind, [one["line_number"] for one in places if one["type"] == kind], host)
        for path, places in sorted(results.items())
        if not is_encrypted(path)
        for kind in sorted({one["type"] for one in places})
    ]


def _finding(path: str, kind: str, lines: list[int], host: str) -> Finding:
    where = ", ".join(map(str, lines[:5])) + (", …" if len(lines) > 5 else "")
    name = kind.lower().replace(" ", "-")
    severity = "low" if kind in GUESSED else "high"
    return {"id": f"secrets:{path}:{name}", "host": host, "severity": severity, "text": f"{kind} in {path}, line {where}", "mend": MEND}
