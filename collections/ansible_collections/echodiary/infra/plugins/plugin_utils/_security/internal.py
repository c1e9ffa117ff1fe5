# SPDX-License-Identifier: GPL-3.0-or-later
"""What is for the inside, asked for outside in several spellings: judged by what comes back, not by its status. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .asks import Reply
from .shapes import Finding

#: {} is the path without its slash
SPELLINGS = (
    "/{}", "/{}/", "//{}", "/./{}", "/%2e/{}", "/x/../{}", "/x/%2e%2e/{}", "/%2f{}", "/{}%2f", "/{}?x=1", "/{};a=b", "/;a=b/{}", "/{}%20",
    "/{}%00",
)  # fmt: skip
#: of the words that only the inside says, how many are enough to know it again: numbers and times differ
ALIKE = 0.6
_WORD = re.compile(r"[A-Za-z_][A-Za-z_]{2,}")
MEND = "internal_paths of the component that answers (component.yml: release), and the edge converged with it"


def spelled(path: str) -> list[str]:
    """As the edge may let it through, and the application understand it."""
    name = path.strip("/")
    first = f"%{ord(name[0]):02x}{name[1:]}"
    twice = f"%25{ord(name[0]):02x}{name[1:]}"
    others = [spelling.format(name) for spelling in SPELLINGS]
    return [*others, f"/{name.upper()}", f"/{first}", f"/{twice}"]


def words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


def signs(inside: str, outside: Iterable[str]) -> frozenset[str]:
    """By what one knows the inside's page again: words that pages for everybody do not have."""
    return words(inside).difference(*map(words, outside))


def is_inside(reply: Reply, known: frozenset[str]) -> bool:
    return bool(known) and len(known & words(reply.body)) >= ALIKE * len(known)


def findings(path: str, known: frozenset[str], replies: Sequence[tuple[str, Reply]], host: str) -> list[Finding]:
    """``replies``: by spelling."""
    leaks = [spelling for spelling, reply in replies if is_inside(reply, known)]
    if not leaks:
        return []
    others = f", and in {len(leaks) - 1} other spellings" if len(leaks) > 1 else ""
    text = f"what is for the inside comes back to everybody who asks for {leaks[0]}{others}"
    return [{"id": f"internal:{path}", "host": host, "severity": "high", "text": text, "mend": MEND}]
