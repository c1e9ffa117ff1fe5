# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run did to the schema, and what people are told of it. Pure. A migration outlives a deploy that failed, so it is said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .results import Migrated, Rolled

UNKNOWN = "unknown"


class Schema(NamedTuple):
    """``before`` and ``now``: revisions as text; ``now`` is UNKNOWN when the database could not be read afterwards. ``shown``: the
    release that runs was asked on it, and was well. ``command``: it is what a command of the release's own made of it, which ``now`` says
    in words; what it was ``before`` nobody knows."""

    before: str
    now: str
    shown: bool = False
    command: bool = False

    @property
    def moved(self) -> bool:
        return self.now != self.before

    def facts(self) -> dict[str, str]:
        """For the history: ``schema_now`` is empty when nothing moved."""
        return {"schema_before": self.before, "schema_now": self.now if self.moved else ""}


NOT_ASKED = Schema("", "")


def found(results: Iterable[Migrated | None], commanded: Iterable[Rolled | None] = (), *, shown: bool) -> Schema:
    """``results``: what each host registered of ``alembic``; one of them asked the database. ``commanded``: the same of the release's own
    command, which ended well where it says what it did."""
    ran = next((done for one in commanded if one and (done := one.get("migration"))), None)
    if ran is not None:
        return Schema("", f"what '{' '.join(' '.join(ran['command']).split())}' made of it", shown, command=True)
    asked = next((result for result in results if result and "before" in result), None)
    if asked is None:
        return NOT_ASKED
    now = asked.get("current")
    return Schema(_text(asked["before"]), UNKNOWN if now is None else _text(now), shown)


def _text(revisions: Iterable[str]) -> str:
    return ", ".join(revisions) or "base"


def failed(schema: Schema) -> str:
    """How a run ended that changed no host."""
    if schema.command:
        return f"failed after the schema was changed: it is {schema.now}; no host was changed"
    if schema.now == UNKNOWN:
        return "failed, and where the schema is now is not known; no host was changed"
    return f"failed after the schema went from {schema.before} to {schema.now}; no host was changed"


_BACKUP = (
    ", or go back to the backup before: ansible-playbook echodiary.infra.restore -e restore_backup=<id> "
    "(echodiary.infra.backups lists them)"
)


def stays(schema: Schema) -> str:
    """What a command did is not taken back with the release."""
    on_it = "on which the release before was shown well" if schema.shown else "and whether the release before is well on it is not known"
    return f"the schema stays {schema.now}, {on_it}"


def advice(schema: Schema, release: str, also: str = "") -> list[str]:
    """``release``: as it was asked for; only that one may know the revisions. ``also``: what a command needs beside it."""
    if schema.command:
        return [f"next: {stays(schema)}; mend the release and deploy again{'' if schema.shown else _BACKUP}"]
    named = (f" -e release={release}" if release else "") + also
    if schema.now == UNKNOWN:
        return [f"next: see where the schema is: ansible-playbook echodiary.infra.migrate --check --diff{named}"]
    if schema.shown:
        return [f"next: the schema stays at {schema.now}, on which the release before was shown well; mend the release and deploy again"]
    back = f"ansible-playbook echodiary.infra.migrate{named} -e deploy_revision={schema.before}"
    return [f"next: the schema is at {schema.now} and was at {schema.before}; mend the release and deploy again, or bring it back: {back}"]
