# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sessions of a database to end, and which never: pure, from what the database said of them.

A migration, a backup and a replica are never ended: what they would leave behind is worse than what they hold up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ...module_utils._inside import shapes

IDLE, BLOCKERS = "idle", "blockers"
#: how tools that must end by themselves call their sessions: those of backups, of migrations, and any application's own migration
#: (shop-migrate/1.9.2, migrations)
NEVER = re.compile(r"^(([\w.-]*[-_.])?migrat(e|ion|or)|alembic|flyway|liquibase|pg_dump|pg_restore|pg_basebackup)", re.IGNORECASE)


class Rule(NamedTuple):
    """``end`` is IDLE, BLOCKERS or empty. ``older_than`` (s): of being idle, or of the longest wait. The others narrow it."""

    end: str
    older_than: float = 0.0
    application: str = ""
    role: str = ""


class Choice(NamedTuple):
    """``spared``: sessions that the rule means and that are left alone, with the reason."""

    victims: list[shapes.Seen]
    spared: list[tuple[shapes.Seen, str]]


def choose(sessions: list[shapes.Seen], rule: Rule) -> Choice:
    meant = [session for session in _candidates(sessions, rule) if _named(session, rule)]
    reasons = [(session, sacred(session)) for session in meant]
    return Choice([session for session, why in reasons if not why], [(session, why) for session, why in reasons if why])


def sacred(session: shapes.Seen) -> str:
    """Why this session is never ended; empty for one that may be."""
    if session["kind"] not in ("client backend", ""):
        return f"it is the server's own ({session['kind']})"
    if NEVER.match(session["application"]):
        return f"{session['application'].partition('/')[0]} has to end by itself"
    if session["advisory"]:
        return "it holds an advisory lock, as a migration does"
    return ""


def _candidates(sessions: list[shapes.Seen], rule: Rule) -> list[shapes.Seen]:
    if rule.end == IDLE:
        return [session for session in sessions if session["state"] == "idle" and session["seconds"] >= rule.older_than]
    if rule.end == BLOCKERS:
        waiting = {pid: longest_wait(sessions, pid) for pid in roots(sessions)}
        return [session for session in sessions if waiting.get(session["pid"], -1.0) >= rule.older_than]
    return []


def _named(session: shapes.Seen, rule: Rule) -> bool:
    pairs = ((rule.application, session["application"]), (rule.role, session["role"] or ""))
    return all(not pattern or re.search(pattern, value) for pattern, value in pairs)


def roots(sessions: list[shapes.Seen]) -> list[int]:
    """Who holds others up without waiting for anybody: ending one of these lets the queue go on."""
    waiting = {session["pid"]: session["blocked_by"] for session in sessions if session["blocked_by"]}
    blocking = {pid for pids in waiting.values() for pid in pids}
    return sorted(pid for pid in blocking if pid not in waiting)


def held_up(sessions: list[shapes.Seen], pid: int) -> list[shapes.Seen]:
    """Everybody who waits for ``pid``, directly or behind others."""
    found: dict[int, shapes.Seen] = {}
    edge = {pid}
    while edge:
        behind = [one for one in sessions if one["pid"] not in found and edge & set(one["blocked_by"])]
        found.update({one["pid"]: one for one in behind})
        edge = {one["pid"] for one in behind}
    return list(found.values())


def longest_wait(sessions: list[shapes.Seen], pid: int) -> float:
    return max((one["waits_seconds"] for one in held_up(sessions, pid)), default=0.0)


def orders(victims: Iterable[shapes.Seen]) -> list[shapes.Session]:
    """What the database is asked to end: exactly what was seen, and an idle one only while it has done nothing since."""
    return [{"pid": one["pid"], "began": one["began"], "since": one["since"], "still": one["state"] == "idle"} for one in victims]


def holders(sessions: list[shapes.Seen]) -> list[str]:
    """Who holds how many: one line per role, application and state, most first."""
    groups: dict[tuple[str, str, str], list[float]] = {}
    for one in sessions:
        key = (one["role"] or "-", one["application"] or "(no name)", one["state"] or one["kind"] or "-")
        groups.setdefault(key, []).append(one["seconds"])
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return [f"{len(ages):>5}  {role}  {application}  {state}, up to {max(ages):.0f} s" for (role, application, state), ages in ordered]


def queue(sessions: list[shapes.Seen]) -> list[str]:
    """Who waits behind whom, one line per root and one per waiter."""
    lines = []
    by_pid = {one["pid"]: one for one in sessions}
    for pid in roots(sessions):
        behind = sorted(held_up(sessions, pid), key=lambda one: -one["waits_seconds"])
        head = f"{words(by_pid[pid])}" if pid in by_pid else f"pid {pid} (ended meanwhile)"
        lines.append(f"{head} holds up {len(behind)}")
        lines += [f"  pid {one['pid']} {one['application'] or '-'} waits {one['waits_seconds']:.0f} s: {one['query']}" for one in behind]
    return lines


def words(session: shapes.Seen) -> str:
    return (
        f"pid {session['pid']} ({session['role']}, {session['application'] or 'no name'} from {session['client']}, "
        f"{session['state'] or session['kind']} for {session['seconds']:.0f} s: {session['query'] or '-'})"
    )
