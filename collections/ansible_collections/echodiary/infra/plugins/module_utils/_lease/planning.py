# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request does to a lock: pure functions from (what is recorded, what is asked, the time) to a ``Plan``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .._host import timestamps
from . import clock

if TYPE_CHECKING:
    from .shapes import Asked, Event, Freeze, Lease, Record

#: seconds that a lease lives unless it is renewed or says otherwise
TTL = 900.0


class Plan(NamedTuple):
    """``outcome``: done (record it), same (nothing to do), held, frozen or lost (refused). ``events`` are lines for the journal."""

    outcome: str
    record: Record
    events: tuple[Event, ...] = ()
    note: str = ""


def empty(token: int = 0) -> Record:
    return {"version": 1, "token": token, "lease": None, "freeze": None}


def plan(record: Record, asked: Asked, now: clock.Now) -> Plan:
    return _PLANS[asked["state"]](record, asked, now)


def remaining(lease: Lease, now: clock.Now) -> float:
    """Seconds until somebody else may take it; 0 or less when it has expired."""
    return float(lease["ttl"]) - clock.age(lease["renewed"], now)


def frozen(record: Record, now: clock.Now) -> bool:
    freeze = record["freeze"]
    return freeze is not None and now.wall < timestamps.to_wall(freeze["until"])


def _acquire(record: Record, asked: Asked, now: clock.Now) -> Plan:
    lease = record["lease"]
    if lease and asked["token"] == lease["token"]:
        return _renew(record, asked, now)
    if lease and remaining(lease, now) > 0:
        return Plan("held", record)
    if frozen(record, now) and not asked["override_freeze"]:
        return Plan("frozen", record)
    token = record["token"] + 1
    fresh: Lease = {
        "token": token,
        "owner": asked["owner"],
        "reason": asked["reason"],
        "run_url": asked["run_url"],
        "ttl": asked["ttl"] or TTL,
        "override": asked["override_freeze"] if frozen(record, now) else "",
        "acquired": now.stamp(),
        "renewed": now.stamp(),
    }
    events: list[Event] = [{**_event("broken", lease, now), "by": asked["owner"]}] if lease else []
    note = f"broke the expired lease of {lease['owner']}" if lease else ""
    return Plan("done", {**record, "token": token, "lease": fresh}, (*events, _event("acquired", fresh, now)), note)


def _renew(record: Record, asked: Asked, now: clock.Now) -> Plan:
    """Late is not lost: while nobody broke the lease, nobody else has deployed either."""
    lease = record["lease"]
    if not lease or asked["token"] != lease["token"]:
        return Plan("lost", record)
    late = -remaining(lease, now)
    fresh: Lease = {**lease, "ttl": asked["ttl"] or lease["ttl"], "renewed": now.stamp()}
    note = f"renewed {late:.0f} s after it had expired; renew more often or raise ttl" if late >= 0 else ""
    events = (_event("renewed_late", fresh, now),) if late >= 0 else ()
    return Plan("done", {**record, "lease": fresh}, events, note)


def _release(record: Record, asked: Asked, now: clock.Now) -> Plan:
    """Belongs into ``always``: a lease that is no longer ours is released already, and says so without failing."""
    lease = record["lease"]
    if not lease:
        return Plan("same", record, note="" if asked["token"] is None else "was not held any more")
    if asked["force"]:
        event: Event = {**_event("forced", lease, now), "by": asked["owner"], "why": asked["reason"]}
        return Plan("done", {**record, "lease": None}, (event,), f"taken from {lease['owner']} by force")
    if asked["token"] is None:
        return Plan("same", record, note="no token given, so there is nothing of ours to release")
    if asked["token"] != lease["token"]:
        return Plan("same", record, note=f"lost before: now held by {lease['owner']} (token {lease['token']})")
    return Plan("done", {**record, "lease": None}, (_event("released", lease, now),))


def _freeze(record: Record, asked: Asked, now: clock.Now) -> Plan:
    current, owner, reason, until = record["freeze"], asked["owner"], asked["reason"], asked["until"] or ""
    if current and (current["reason"], current["until"]) == (reason, until):
        return Plan("same", record)
    fresh: Freeze = {"owner": owner, "reason": reason, "until": until, "since": now.stamp()}
    event: Event = {"event": "frozen", "at": now.text, "owner": owner, "reason": reason, "until": until}
    return Plan("done", {**record, "freeze": fresh}, (event,))


def _thaw(record: Record, asked: Asked, now: clock.Now) -> Plan:
    if not record["freeze"]:
        return Plan("same", record)
    event: Event = {"event": "thawed", "at": now.text, "by": asked["owner"], "why": asked["reason"], "was": record["freeze"]["reason"]}
    return Plan("done", {**record, "freeze": None}, (event,))


def _read(record: Record, asked: Asked, now: clock.Now) -> Plan:
    return Plan("same", record)


_PLANS = {"acquired": _acquire, "renewed": _renew, "released": _release, "frozen": _freeze, "thawed": _thaw, "read": _read}


def _event(event: str, lease: Lease, now: clock.Now) -> Event:
    """What happened to whose lease."""
    found: Event = {"event": event, "at": now.text, "token": lease["token"], "owner": lease["owner"]}
    if lease["reason"]:
        found["reason"] = lease["reason"]
    if lease["run_url"]:
        found["run_url"] = lease["run_url"]
    if lease["override"]:
        found["override"] = lease["override"]
    return {**found, "acquired": lease["acquired"]["at"], "renewed": lease["renewed"]["at"]}
