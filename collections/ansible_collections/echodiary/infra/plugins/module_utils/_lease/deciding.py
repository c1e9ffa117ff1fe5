# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a request that was decided, wherever the record is kept. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._host import timestamps
from . import planning

if TYPE_CHECKING:
    from . import clock, shapes


def refusal(asked: shapes.Asked, moment: clock.Now) -> str:
    """Why this cannot be meant, or nothing."""
    if asked["state"] == "frozen" and moment.wall >= timestamps.to_wall(asked["until"] or ""):
        return f"until: {asked['until']} has passed; where the lease is kept it is {moment.text}"
    return ""


def forced(asked: shapes.Asked) -> bool:
    """Whether a record that cannot be read is replaced."""
    return asked["state"] == "released" and asked["force"]


def told_to_prometheus(asked: shapes.Told) -> bool:
    """Whether this is the beginning or the end of something that Prometheus is to hear of."""
    return bool(asked["textfiles"]) and asked["state"] in ("acquired", "released")


def answer(plan: planning.Plan, moment: clock.Now, changed: bool, notes: list[str], journal: list[shapes.Event]) -> shapes.Decided:
    return {
        "outcome": plan.outcome,
        "changed": changed,
        "notes": notes,
        "broken": next((event for event in plan.events if event["event"] == "broken"), None),
        **_view(plan.record, moment),
        "journal": journal,
    }


def _view(record: shapes.Record, moment: clock.Now) -> shapes.View:
    """The lock as people and playbooks read it; times are of the clock where it is kept."""
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
