# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy has to know of the migrations that it brings: which, from where, beside which images, under which backup. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from .._component import names
from .registered import Registered

#: who brings the schema along, as ``release`` says it, where that is not Alembic
COMMAND: Final = "command"
#: and where it is
ALEMBIC: Final = "alembic"
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


def ahead(lead: Registered, hosts: Iterable[Registered]) -> bool:
    """Whether all that a deploy looks at before it migrates could be seen, and nothing stands against it."""
    return all(host.prepared for host in hosts) and (lead.tool != ALEMBIC or bool(lead.schema.get("fit")))


def rehearses(monitoring: Iterable[str], components: Callable[[str], Iterable[str]], otherwise: str) -> str:
    """A host of group ``monitoring`` that has Docker: it serves nobody, so that nobody waits for what it measures."""
    with_docker = (host for host in sorted(monitoring) if "docker" in map(names.short, components(host)))
    return next(with_docker, otherwise)


def rehearsed(lead: Registered) -> dict[str, str]:
    """What the history keeps of a rehearsal, by the name of a gate; empty where there was none."""
    found = lead.rehearsal
    if not found.get("verdict"):
        return {}
    seen = (
        f"{one['revision']} {one['verdict']}, readers {one['readers']['ms']} ms, writers {one['writers']['ms']} ms"
        for one in found.get("migrations") or []
    )
    return {"rehearsal": "; ".join(seen) or found["verdict"]}


def backup_id(pending: Sequence[str], began: float) -> str:
    """``began``: seconds since the epoch; empty with nothing pending."""
    if not pending:
        return ""
    newest = re.sub("[^a-z0-9]", "", pending[-1].lower())[:_LONGEST]
    return f"before-{newest}-{int(began)}"
