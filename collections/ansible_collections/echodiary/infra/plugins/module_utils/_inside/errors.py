# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a request cannot be answered, as a kind that the controller has words for, with the facts that belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Unpack

    from . import shapes


class InsideError(Exception):
    """``kind`` is one of environment, no_such_revision, unknown, several_heads, busy, moved, pooled, failed."""

    def __init__(self, kind: str, text: str, **facts: Unpack[shapes.Facts]) -> None:
        super().__init__(text)
        self.kind, self.text, self.facts = kind, text, facts

    def as_dict(self) -> shapes.Error:
        return {"kind": self.kind, "text": self.text, **self.facts}


def first_lines(error: BaseException, limit: int = 400) -> str:
    """A driver's message without the statement, parameters and link that SQLAlchemy adds."""
    original = getattr(error, "orig", None) or error
    lines = [line.strip() for line in str(original).strip().splitlines() if line.strip()]
    return f"{type(original).__name__}: {' / '.join(lines[:4])}"[:limit]


def sqlstate(error: BaseException) -> str:
    """PostgreSQL's five characters, wherever this driver keeps them (psycopg, psycopg2, asyncpg, pg8000)."""
    seen: BaseException | None = error
    while seen is not None:
        original = getattr(seen, "orig", None) or seen
        for name in ("sqlstate", "pgcode"):
            value = getattr(original, name, None)
            if isinstance(value, str):
                return value
        arguments = getattr(original, "args", ())
        if arguments and isinstance(arguments[0], dict):
            return str(arguments[0].get("C", ""))
        seen = seen.__cause__
    return ""
