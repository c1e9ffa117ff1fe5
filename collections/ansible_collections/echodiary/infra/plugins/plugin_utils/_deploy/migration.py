# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy has to know of the migrations that it brings: which, from where, beside which images, under which backup. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from .registered import Registered

#: who brings the schema along, as ``release`` says it, where that is not Alembic
COMMAND: Final = "command"
#: letters of a revision in the name of a backup
_LONGEST: Final = 20


class Migration(NamedTuple):
    """``pending``: revisions in order; ``before``: where the schema is now; ``migrated``: what it was brought to, if it was. ``wanted``:
    there is something to do; ``command``: by a command of the release's own, of which nothing else is known."""

    pending: list[str]
    before: str
    backup_id: str
    migrated: str
    wanted: bool = False
    command: bool = False


def migration(lead: Registered, kind: str = "deploy") -> Migration:
    if lead.tool == COMMAND:
        return _by_command(lead, kind)
    schema = lead.schema
    pending = [str(step["revision"]) for step in schema.get("pending") or []]
    return Migration(
        pending=pending,
        before=", ".join(schema.get("current") or []),
        backup_id=backup_id(lead.pending or pending, lead.began),
        migrated=lead.pending[-1] if lead.pending and schema.get("applied") else "",
        wanted=bool(pending),
    )


def _by_command(lead: Registered, kind: str) -> Migration:
    """Once for an image that does not serve yet, or whenever somebody asks for nothing else."""
    words = " ".join(lead.commanded)
    return Migration(
        pending=[],
        before="",
        backup_id=f"before-migration-{int(lead.began)}",
        migrated=f"what '{words}' made of it" if words and lead.schema_shown else "",
        wanted=kind == "migrate" or lead.before.image != lead.wanted,
        command=True,
    )


def serving(hosts: Iterable[Registered]) -> list[str]:
    """Images that serve somewhere, each once: after half a deploy they are not the same on every host."""
    return list(dict.fromkeys(filter(None, (host.before.image for host in hosts))))


def backup_id(pending: Sequence[str], began: float) -> str:
    """``began``: seconds since the epoch; empty with nothing pending."""
    if not pending:
        return ""
    newest = re.sub("[^a-z0-9]", "", pending[-1].lower())[:_LONGEST]
    return f"before-{newest}-{int(began)}"
