# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role needs to swap one database for another, and what else is in the way. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .shapes import Facts

#: PostgreSQL cuts longer names off without a word
LONGEST = 63


def missing(facts: Facts, live: str, before: str, owner: str) -> list[str]:
    """Each with what to do; empty when the restore may go on."""
    user, databases = facts["user"], facts["databases"]
    found = _rights(facts, owner)
    if before in databases:
        found.append(f"there is a database {before} already: this backup has been restored before; drop or rename it")
    if len(before.encode()) > LONGEST:
        found.append(f"the name {before} is longer than {LONGEST} bytes: take backups with shorter ids")
    there = databases.get(live)
    if there is not None and there["owner"] != owner:
        found.append(f"database {live} belongs to {there['owner']} and not to {owner}: name its owner with 'owner'")
    strong = [f"{one['role']} (pid {one['pid']}, {one['application'] or 'no name'})" for one in facts["sessions"] if one["superuser"]]
    if strong and not facts["superuser"]:
        found.append(f"{user} may not end the sessions of superusers in {live}: {', '.join(strong)}; have them closed")
    return found


def _rights(facts: Facts, owner: str) -> list[str]:
    user, found = facts["user"], []
    if not facts["owner"]:
        return [f"there is no role {owner}"]
    if facts["superuser"]:
        return []
    if not facts["createdb"]:
        found.append(f"role {user} may not create databases: ALTER ROLE {user} CREATEDB")
    if not facts["may_own"]:
        found.append(f"role {user} may not make {owner} the owner: GRANT {owner} TO {user}")
    if not facts["may_signal"]:
        found.append(f"role {user} may not end other sessions: GRANT pg_signal_backend TO {user}")
    return found
