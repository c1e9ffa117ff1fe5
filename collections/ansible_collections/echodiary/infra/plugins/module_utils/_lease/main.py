# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: one request to one lock, decided and recorded under one flock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._host import timestamps
from .._ledger import files, records
from . import clock, metrics, planning, store

if TYPE_CHECKING:
    from . import shapes

DIRECTORY = "/var/lib/echodiary/lease"


def run(manifest: shapes.Manifest) -> shapes.Decided | shapes.Failed:
    """One attempt, no waiting.

    Waiting is the controller's: a process left on the host by a controller that died would win a lock for a dead owner.
    """
    directory, name = manifest["directory"] or DIRECTORY, manifest["name"]
    moment = clock.Now(*manifest["now"]) if "now" in manifest else clock.now()
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
    if asked["state"] == "frozen" and moment.wall >= timestamps.to_wall(asked["until"] or ""):
        return {"failed": True, "msg": f"until: {asked['until']} has passed; the host says it is {moment.text}"}
    plan = planning.plan(record, asked, moment)
    changed = plan.outcome == "done" or healed
    notes = [plan.note] if plan.note else []
    if healed and not manifest["check"]:
        notes.append(store.put_aside(directory, name))
    if changed and not manifest["check"]:
        store.save(directory, name, plan.record)
        notes += filter(None, [store.tell(directory, name, plan.events), _metrics(asked, moment)])
    return {
        "outcome": plan.outcome,
        "changed": changed,
        "notes": notes,
        "broken": next((event for event in plan.events if event["event"] == "broken"), None),
        **_view(plan.record, moment),
        "journal": store.told(directory, name)[-20:] if asked["state"] == "read" else [],
    }


def _metrics(asked: shapes.Asked, moment: clock.Now) -> str:
    if not asked["textfiles"] or asked["state"] not in ("acquired", "released"):
        return ""
    return metrics.tell(metrics.path_of(asked["textfiles"]), asked, moment)


def _load(directory: str, name: str, asked: shapes.Asked) -> tuple[shapes.Record, bool]:
    """A record that cannot be read is only replaced by force."""
    try:
        return store.load(directory, name), False
    except records.NewerError:
        raise
    except files.LedgerError:
        if not (asked["state"] == "released" and asked["force"]):
            raise
        return store.recovered(directory, name), True


def _view(record: shapes.Record, moment: clock.Now) -> shapes.View:
    """The lock as people and playbooks read it; times are the host's."""
    lease, freeze = record["lease"], record["freeze"]
    return {
        "now": moment.text,
        "last_token": record["token"],
        "lease": _lease_view(lease, moment) if lease else None,
        "freeze": _freeze_view(freeze, active=planning.frozen(record, moment)) if freeze else None,
    }


def _freeze_view(freeze: shapes.Freeze, *, active: bool) -> shapes.FreezeView:
    return {
        "owner": freeze["owner"],
        "reason": freeze["reason"],
        "until": freeze["until"],
        "since": freeze["since"]["at"],
        "active": active,
    }


def _lease_view(lease: shapes.Lease, moment: clock.Now) -> shapes.LeaseView:
    left = planning.remaining(lease, moment)
    return {
        "token": lease["token"],
        "owner": lease["owner"],
        "reason": lease["reason"],
        "run_url": lease["run_url"],
        "ttl": lease["ttl"],
        "override": lease["override"],
        "acquired": lease["acquired"]["at"],
        "renewed": lease["renewed"]["at"],
        "expires": timestamps.to_text(moment.wall + left),
        "seconds_left": round(left, 1),
        "expired": left <= 0,
    }
