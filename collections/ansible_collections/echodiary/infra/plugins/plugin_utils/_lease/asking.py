# SPDX-License-Identifier: GPL-3.0-or-later
"""One request to one lock in a table: read, decided as a host decides it (``planning``), written where nobody was quicker."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ...module_utils._lease import deciding, planning
from ...module_utils._ledger import records
from .._common.errors import SpecError
from . import item

if TYPE_CHECKING:
    from ...module_utils._lease.shapes import Decided, Failed, Manifest
    from .clocks import Moment

#: each time somebody else has got further, so this ends
ATTEMPTS = 20


class StoreError(SpecError):
    """One line: which table, what it said, what to do."""


class Seen(NamedTuple):
    """``now``: of the store's own clock, after it was asked."""

    item: item.Item | None
    now: Moment


class Store(Protocol):
    """Where records are kept: read, and written on condition that nobody else wrote meanwhile. StoreError where that cannot be known."""

    def read(self, key: str) -> Seen: ...

    def write(self, new: item.Item, seen: item.Item | None) -> bool:
        """False: somebody else was quicker, and nothing was written."""


def ask(store: Store, key: str, manifest: Manifest) -> Decided | Failed:
    """One attempt, no waiting for whoever holds it."""
    try:
        for _ in range(ATTEMPTS):
            answer = _attempt(store, key, manifest)
            if answer is not None:
                return answer
    except records.NewerError as error:
        return {"failed": True, "msg": f"lock {key}: what {store} has of it {error}"}
    except StoreError as error:
        return {"failed": True, "msg": f"lock {key}: {error}"}
    return {"failed": True, "msg": f"lock {key}: {ATTEMPTS} times others were quicker to write to {store}; run it again"}


def _attempt(store: Store, key: str, manifest: Manifest) -> Decided | Failed | None:
    """None: somebody else was quicker."""
    asked = manifest["asked"]
    seen = store.read(key)
    found = item.read(seen.item)
    if found.fault and not deciding.forced(asked):
        raise StoreError(f"what {store} has of it {found.fault}; unlock with state=released, force=true and a reason")
    why = deciding.refusal(asked, seen.now)
    if why:
        return {"failed": True, "msg": why}
    plan = planning.plan(found.record or planning.empty(found.token), asked, seen.now)
    changed = plan.outcome == "done" or bool(found.fault)
    if changed and not manifest["check"] and not _write(store, key, plan, found, seen.item):
        return None
    notes = [plan.note] if plan.note else []
    if found.fault and not manifest["check"]:
        notes.append("the record that could not be read is kept as the item's attribute damaged")
    shown = list(found.journal)[-20:] if asked["state"] == "read" else []
    return deciding.answer(plan, seen.now, changed, notes, shown)


def _write(store: Store, key: str, plan: planning.Plan, found: item.Found, seen: item.Item | None) -> bool:
    damaged = seen if found.fault else None
    return store.write(item.made(key, plan.record, (*found.journal, *plan.events), secrets.token_hex(8), damaged), seen)
