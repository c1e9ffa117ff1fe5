# SPDX-License-Identifier: GPL-3.0-or-later
"""Two logins take turns: the one that the secret store names, and the one that nobody uses. Pure."""

from __future__ import annotations

from typing import TypedDict

from .._common.errors import SpecError
from . import declared as declarations

#: what the owner's second login is called after it
_CLONE = "_clone"


class Rotation(TypedDict):
    """``secret``: its name; ``user_key``, ``password_key``: keys in it; ``stored``, ``other``: the logins; ``sessions``: regular
    expression of the application_name of the component's own."""

    secret: str
    user_key: str
    password_key: str
    stored: str
    other: str
    sessions: str


def rotation(found: declarations.Declared | None, name: str, *, migrate: bool = False) -> Rotation:
    """``migrate``: of who owns, in place of who serves. SpecError, with what to declare, where a password cannot be changed."""
    secret = found.secret if found else None
    lacking = [key for key, there in (("secret", secret), ("admin", found and found.admin.password)) if not there]
    if found is None or secret is None or lacking:
        raise SpecError(
            f"component.yml of {name} does not say {' and '.join(_WORDS[key] for key in lacking)}, so nobody may change passwords here; "
            "docs/operations.md says which roles PostgreSQL needs for this"
        )
    if migrate and not found.migrate.user:
        raise SpecError(f"component.yml of {name} names no login that migrates (database: migrate), so who serves is the only one there is")
    stored = found.migrate.user if migrate else found.login.user
    return {
        "secret": secret.name,
        "user_key": secret.migrate_user if migrate else secret.user,
        "password_key": secret.migrate_password if migrate else secret.password,
        "stored": stored,
        "other": turns(stored, found.owner if migrate else _first(found)),
        "sessions": found.sessions,
    }


def turns(stored: str, first: str) -> str:
    """Whose turn it is after ``stored``, of two logins the first of which is called so."""
    return clone(first) if stored == first else first


def clone(first: str) -> str:
    return f"{first}{_CLONE}"


def _first(found: declarations.Declared) -> str:
    return found.roles.serving if found.roles else found.owner


_WORDS = {
    "secret": "which secret holds the login (database: secret: name)",
    "admin": "with which login passwords are changed (database: admin: user, password)",
}
