# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of others in a statement: the only place where that is done. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable

from .errors import DatabaseError

#: who is no role
PUBLIC = "PUBLIC"


def name(text: str) -> str:
    """Of a role, a database, a schema, an extension."""
    if "\0" in text or not text:
        raise DatabaseError(f"{text!r} is no name in PostgreSQL")
    return '"' + text.replace('"', '""') + '"'


def within(schema: str, text: str) -> str:
    return f"{name(schema)}.{name(text)}"


def who(text: str) -> str:
    """To whom something is granted."""
    return PUBLIC if text == PUBLIC else name(text)


def literal(text: str) -> str:
    """Whether or not the server takes backslashes for something."""
    if "\0" in text:
        raise DatabaseError("a text with a null byte cannot be said to PostgreSQL")
    marked = "E" if "\\" in text else ""
    return marked + "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def listed(texts: Iterable[str]) -> str:
    """An array of text."""
    given = literal(json.dumps(sorted(texts)))
    return f"(SELECT coalesce(array_agg(one), '{{}}') FROM json_array_elements_text({given}) one)"  # noqa: S608 - quoted above
