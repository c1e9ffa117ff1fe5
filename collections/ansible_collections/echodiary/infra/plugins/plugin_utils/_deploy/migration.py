# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy has to know of the migrations that it brings: which, from where, beside which images, under which backup. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from .registered import Registered

#: letters of a revision in the name of a backup
_LONGEST: Final = 20


class Migration(NamedTuple):
    """``pending``: revisions in order; ``before``: where the schema is now; ``migrated``: the revision it was brought to, if it was."""

    pending: list[str]
    before: str
    backup_id: str
    migrated: str


def migration(lead: Registered) -> Migration:
    schema = lead.schema
    pending = [str(step["revision"]) for step in schema.get("pending") or []]
    return Migration(
        pending=pending,
        before=", ".join(schema.get("current") or []),
        backup_id=backup_id(lead.pending or pending, lead.began),
        migrated=lead.pending[-1] if lead.pending and schema.get("applied") else "",
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
