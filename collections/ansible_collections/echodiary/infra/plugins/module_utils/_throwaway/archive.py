# SPDX-License-Identifier: GPL-3.0-or-later
"""What an archive's own words say of the server that it is restored into: which roles it names, and how old that server was. Pure."""

from __future__ import annotations

import re

_NAME = r'(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)'
_NAMES = re.compile(_NAME)
#: where a statement of a schema names a role: who owns, who is granted what, whose defaults and policies those are
_PLACES = re.compile(
    rf"^(?:ALTER\b.* OWNER TO|GRANT\b.* TO|REVOKE\b.* FROM|CREATE POLICY\b.*? TO) ({_NAME}(?:, {_NAME})*)"
    r"(?: WITH GRANT OPTION| USING| WITH|;)"
    rf"|^ALTER DEFAULT PRIVILEGES FOR ROLE ({_NAME}) ",
    re.MULTILINE,
)
_GRANTEE = re.compile(rf"^ALTER DEFAULT PRIVILEGES FOR ROLE {_NAME} .* (?:TO|FROM) ({_NAME})(?: WITH GRANT OPTION)?;", re.MULTILINE)
_FROM = re.compile(r"^;\s+Dumped from database version: (\d+)", re.MULTILINE)
#: nobody's names
_WORDS = frozenset({"public", "current_user", "current_role", "session_user"})


def roles(schema: str) -> list[str]:
    """``schema``: what ``pg_restore --schema-only --file=-`` prints. Names as they are, those of PostgreSQL's own left out."""
    named = [name for found in _PLACES.finditer(schema) for name in _NAMES.findall(found[1] or found[2])]
    named += _GRANTEE.findall(schema)
    found = {_plain(name) for name in named if name.lower() not in _WORDS}
    return sorted(name for name in found if not name.startswith("pg_"))


def major(listing: str) -> int:
    """``listing``: what ``pg_restore --list`` prints. 0 where it does not say."""
    found = _FROM.search(listing)
    return int(found[1]) if found else 0


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
