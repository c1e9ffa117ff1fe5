# SPDX-License-Identifier: GPL-3.0-or-later
"""What history keeps of a deploy, on each host: as ``release_history`` takes it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from .._component import names
from . import gate, migration
from .plan import Run, run_id
from .registered import Registered


class Entry(TypedDict):
    """``digest``: the image; ``config``: the fingerprint of what it runs with. ``migration_*``: where the schema went, also when the deploy
    failed: it stays there. ``gates``: name -> what was seen last. ``seconds``: of each phase; ``hosts``: how each ended."""

    id: str
    kind: str
    component: str
    why: str
    outcome: str
    release: str
    commit: str
    digest: str
    config: str
    migration_from: str
    migration_to: str
    digest_before: str
    config_before: str
    rollback_of: str
    gates: Mapping[str, str]
    seconds: Mapping[str, float]
    hosts: Mapping[str, str]
    error: str


def entry(run: Run, host: str, found: Mapping[str, Registered]) -> Entry:
    """For ``host``. ``found``: what every host of the play has registered."""
    plan, context = run
    own, lead = found[host], found[plan.lead]
    verdict = own.verdict
    watchers = [found[name] for name in (gate.watcher(batch, found) for batch in plan.batches) if name]
    return Entry(
        id=run_id(plan.kind, own.began, lead.token),
        kind=plan.kind,
        component=names.short(plan.component),
        why=context.reason,
        outcome=str(verdict.get("outcome") or "failed"),
        release=plan.given,
        commit=context.commit,
        digest=own.image or plan.pinned,
        config=own.config,
        migration_from=str(verdict.get("schema_before") or ""),
        migration_to=str(verdict.get("schema_now") or ""),
        digest_before=own.before.image,
        config_before=own.before.config,
        rollback_of=lead.leaves,
        gates={**gate.recorded(watchers, shown=own.schema_shown, allowed=context.allowed), **migration.rehearsed(lead), **_saved(lead)},
        seconds=verdict.get("seconds") or {},
        hosts=verdict.get("hosts") or {},
        error=str(verdict.get("error") or ""),
    )


def _saved(lead: Registered) -> dict[str, str]:
    """What became of the backup beside it, by the name of a gate; empty where there was none."""
    said = str(lead.saved.get("msg") or "")
    return {"backup": said.removeprefix("backup: ")} if said else {}
