# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request does to a lock: pure functions from (what is recorded, what is asked, the time) to a ``Plan``.

What is recorded::

    {"version": 1, "token": 7,                        # the last fencing token given out; survives releases
     "lease": None or {"token": 7, "owner": …, "reason": …, "run_url": …, "ttl": 900.0, "acquired": stamp, "renewed": stamp,
                       "override": "" or why a freeze did not count},
     "freeze": None or {"owner": …, "reason": …, "until": "2026-12-01T00:00:00Z", "since": stamp}}
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .._host import timestamps
from . import clock

Record = dict[str, Any]

#: seconds that a lease lives unless it is renewed or says otherwise
TTL = 900.0


class Plan(NamedTuple):
    """``outcome``: done (record it), same (nothing to do), held, frozen or lost (refused). ``events`` are lines for the journal."""

    outcome: str
    record: Record
    events: tuple[Record, ...] = ()
    note: str = ""


def empty(token: int = 0) -> Record:
    return {"version": 1, "token": token, "lease": None, "freeze": None}


def plan(record: Record, asked: Record, now: clock.Now) -> Plan:
    """``asked``: state, owner, reason, run_url, ttl, token, force, override_freeze, until."""
    return _PLANS[asked["state"]](record, asked, now)


def remaining(lease: Record, now: clock.Now) -> float:
    """Seconds until somebody else may take it; 0 or less when it has expired."""
    return float(lease["ttl"]) - clock.age(lease["renewed"], now)


def frozen(record: Record, now: clock.Now) -> bool:
    return bool(record["freeze"]) and now.wall < timestamps.to_wall(record["freeze"]["until"])


def _acquire(record: Record, asked: Record, now: clock.Now) -> Plan:
    lease = record["lease"]
    if lease and asked["token"] == lease["token"]:
        return _renew(record, asked, now)
    if lease and remaining(lease, now) > 0:
        return Plan("held", record)
    if frozen(record, now) and not asked["override_freeze"]:
        return Plan("frozen", record)
    token = record["token"] + 1
    fresh = {
        "token": token,
        **{key: asked[key] for key in ("owner", "reason", "run_url")},
        "ttl": asked["ttl"] or TTL,
        "override": asked["override_freeze"] if frozen(record, now) else "",
        "acquired": now.stamp(),
        "renewed": now.stamp(),
    }
    events = [_event("broken", lease, now, by=asked["owner"])] if lease else []
    note = f"broke the expired lease of {lease['owner']}" if lease else ""
    return Plan("done", {**record, "token": token, "lease": fresh}, (*events, _event("acquired", fresh, now)), note)


def _renew(record: Record, asked: Record, now: clock.Now) -> Plan:
    """Late is not lost: while nobody broke the lease, nobody else has deployed either."""
    lease = record["lease"]
    if not lease or asked["token"] != lease["token"]:
        return Plan("lost", record)
    late = -remaining(lease, now)
    fresh = {**lease, "ttl": asked["ttl"] or lease["ttl"], "renewed": now.stamp()}
    note = f"renewed {late:.0f} s after it had expired; renew more often or raise ttl" if late >= 0 else ""
    events = (_event("renewed_late", fresh, now),) if late >= 0 else ()
    return Plan("done", {**record, "lease": fresh}, events, note)


def _release(record: Record, asked: Record, now: clock.Now) -> Plan:
    """Belongs into ``always``: a lease that is no longer ours is released already, and says so without failing."""
    lease = record["lease"]
    if not lease:
        return Plan("same", record, note="" if asked["token"] is None else "was not held any more")
    if asked["force"]:
        event = _event("forced", lease, now, by=asked["owner"], why=asked["reason"])
        return Plan("done", {**record, "lease": None}, (event,), f"taken from {lease['owner']} by force")
    if asked["token"] is None:
        return Plan("same", record, note="no token given, so there is nothing of ours to release")
    if asked["token"] != lease["token"]:
        return Plan("same", record, note=f"lost before: now held by {lease['owner']} (token {lease['token']})")
    return Plan("done", {**record, "lease": None}, (_event("released", lease, now),))


def _freeze(record: Record, asked: Record, now: clock.Now) -> Plan:
    wanted = {key: asked[key] for key in ("owner", "reason", "until")}
    current = record["freeze"]
    if current and {key: current[key] for key in ("reason", "until")} == {key: wanted[key] for key in ("reason", "until")}:
        return Plan("same", record)
    fresh = {**wanted, "since": now.stamp()}
    return Plan("done", {**record, "freeze": fresh}, ({"event": "frozen", "at": now.text, **wanted},))


def _thaw(record: Record, asked: Record, now: clock.Now) -> Plan:
    if not record["freeze"]:
        return Plan("same", record)
    event = {"event": "thawed", "at": now.text, "by": asked["owner"], "why": asked["reason"], "was": record["freeze"]["reason"]}
    return Plan("done", {**record, "freeze": None}, (event,))


def _read(record: Record, asked: Record, now: clock.Now) -> Plan:
    return Plan("same", record)


_PLANS = {"acquired": _acquire, "renewed": _renew, "released": _release, "frozen": _freeze, "thawed": _thaw, "read": _read}


def _event(event: str, lease: Record, now: clock.Now, **more: str) -> Record:
    """One line of the journal: what happened to whose lease."""
    kept = {key: lease[key] for key in ("token", "owner", "reason", "run_url", "override") if lease[key]}
    return {"event": event, "at": now.text, **kept, "acquired": lease["acquired"]["at"], "renewed": lease["renewed"]["at"], **more}
