# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: one request to one lock, decided and recorded under one flock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._ledger import files, records
from . import clock, deciding, metrics, planning, store

if TYPE_CHECKING:
    from . import shapes

DIRECTORY = "/var/lib/echodiary/lease"


def run(manifest: shapes.Manifest) -> shapes.Decided | shapes.Failed | shapes.Noted:
    """One attempt, no waiting.

    Waiting is the controller's: a process left on the host by a controller that died would win a lock for a dead owner.
    """
    directory, name = manifest["directory"] or DIRECTORY, manifest["name"]
    moment = clock.Now(*manifest["now"]) if "now" in manifest else clock.now()
    if manifest.get("kept_elsewhere"):
        return {"notes": [note for note in [_metrics(manifest["asked"], moment)] if note]}
    reads_only = manifest["check"] or manifest["asked"]["state"] == "read"
    try:
        if reads_only:
            return _decide(directory, name, manifest, moment)
        with files.locked(store.path_of(directory, name)):
            return _decide(directory, name, manifest, moment)
    except records.NewerError as error:
        return {"failed": True, "msg": str(error)}
    except files.LedgerError as error:
        return {"failed": True, "msg": f"{error}; unlock with state=released, force=true and a reason"}
    except OSError as error:
        return {"failed": True, "msg": f"lock {name}: {error}; does the task become root, and is there room on the disk?"}


def _decide(directory: str, name: str, manifest: shapes.Manifest, moment: clock.Now) -> shapes.Decided | shapes.Failed:
    asked = manifest["asked"]
    record, healed = _load(directory, name, asked)
    why = deciding.refusal(asked, moment)
    if why:
        return {"failed": True, "msg": why}
    plan = planning.plan(record, asked, moment)
    changed = plan.outcome == "done" or healed
    notes = [plan.note] if plan.note else []
    if healed and not manifest["check"]:
        notes.append(store.put_aside(directory, name))
    if changed and not manifest["check"]:
        store.save(directory, name, plan.record)
        notes += filter(None, [store.tell(directory, name, plan.events), _metrics(asked, moment)])
    shown = store.told(directory, name)[-20:] if asked["state"] == "read" else []
    return deciding.answer(plan, moment, changed, notes, shown)


def _metrics(asked: shapes.Asked, moment: clock.Now) -> str:
    where = asked["textfiles"] if deciding.told_to_prometheus(asked) else None
    return metrics.tell(metrics.path_of(where), asked, moment) if where else ""


def _load(directory: str, name: str, asked: shapes.Asked) -> tuple[shapes.Record, bool]:
    """A record that cannot be read is only replaced by force."""
    try:
        return store.load(directory, name), False
    except records.NewerError:
        raise
    except files.LedgerError:
        if not deciding.forced(asked):
            raise
        return store.recovered(directory, name), True
