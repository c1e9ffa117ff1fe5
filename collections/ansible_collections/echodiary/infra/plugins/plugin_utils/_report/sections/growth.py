# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast disks fill and databases grow, and how many days are left at the pace of this week.

The day at which ``predict_linear`` says that nothing is left: by the same line through the same samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .. import commands, model, words
from ..asking import Query

if TYPE_CHECKING:
    from ..asking import Found
    from ..shapes import Plan

KEY, TITLE = "growth", "Growth"
#: days of room below which somebody has to do something, or do it now
_SOON, _NOW = 30, 7
_AVAILABLE = "node_filesystem_avail_bytes"
_NAMED = '{job="postgres",datname!~"template.*|"}'


class Disk(NamedTuple):
    """Percent used; bytes a day, and days until full, both None where it does not fill."""

    host: str
    device: str
    used: float
    a_day: float | None
    days: float | None


class Database(NamedTuple):
    """Bytes; ``grown``: within the week, None where it is younger."""

    name: str
    size: float
    grown: float | None


def queries(plan: Plan) -> dict[str, Query]:
    week = f"{plan['days']}d"
    disks = "instance_device:disk_used:percent"
    slope = f"max by (instance, device) (-(deriv({_AVAILABLE}[{week}]) < 0))"
    left = f"min by (instance, device) (predict_linear({_AVAILABLE}[{week}], 0))"
    size = f"max by (datname) (pg_database_size_bytes{_NAMED}"
    return {
        "used": Query(f"max by (instance, device) ({disks})"),
        "a_day": Query(f"86400 * {slope} and on (instance, device) {disks}"),
        "days": Query(f"{left} / {slope} / 86400 and on (instance, device) {disks}"),
        "size": Query(f"{size})"),
        "size_before": Query(f"{size} offset {week})"),
    }


def disks(found: Found) -> list[Disk]:
    """What is full first comes first."""
    a_day, days = found.by("a_day", "instance", "device"), found.by("days", "instance", "device")
    used = found.by("used", "instance", "device").items()
    every = [Disk(host, device, share, a_day.get((host, device)), days.get((host, device))) for (host, device), share in used]
    return sorted(every, key=lambda one: (float("inf") if one.days is None else one.days, -one.used))


def databases(found: Found) -> list[Database]:
    before = found.by("size_before", "datname")
    every = found.by("size", "datname").items()
    return sorted((Database(key[0], size, size - before[key] if key in before else None) for key, size in every), key=lambda one: -one.size)


def section(plan: Plan, found: Found) -> model.Section:
    if found.trouble:
        return model.unknown(KEY, TITLE, found.trouble)
    every, grown = disks(found), databases(found)
    if not every and not grown:
        return model.unknown(KEY, TITLE, "Prometheus has no metric of a disk or a database")
    todos = [_todo(plan, one) for one in every if one.days is not None and one.days < _SOON]
    return model.Section(
        KEY,
        TITLE,
        "bad" if todos else "good" if every else "unknown",
        _said(every, grown),
        tables=[table for table in (_disks(every), _databases(grown)) if table.rows],
        notes=[] if every else ["Prometheus has no metric of a disk"],
        todos=todos,
        figures={"disks": [one._asdict() for one in every], "databases": [one._asdict() for one in grown]},
    )


def _said(every: list[Disk], grown: list[Database]) -> str:
    filling = [one for one in every if one.days is not None]
    first = f"{filling[0].host} {filling[0].device} is full first, in {words.days(filling[0].days)}" if filling else "no disk fills"
    largest = f"; {grown[0].name} has {words.size(grown[0].size)}" if grown else ""
    return (first if every else "disks unknown") + largest


def _disks(every: list[Disk]) -> model.Table:
    rows = [(one.host, one.device, words.percent(one.used, 0), *_pace(one)) for one in every]
    return model.Table(("host", "disk", "used", "fills", "full in"), rows, frozenset({2, 3, 4}))


def _pace(one: Disk) -> tuple[str, str]:
    return ("not", "does not fill") if one.days is None else (f"{words.size(one.a_day)} a day", words.days(one.days))


def _databases(grown: list[Database]) -> model.Table:
    rows = [(one.name, words.size(one.size), words.size(one.grown)) for one in grown]
    return model.Table(("database", "size", "grown this week"), rows, frozenset({1, 2}))


def _todo(plan: Plan, one: Disk) -> model.Todo:
    text = f"{one.host} {one.device} is full in {words.days(one.days)}: see what can go, or make it larger"
    return model.Todo(text, commands.playbook(plan, "incident.disk_full", f"host={one.host}") + " --check", urgent=(one.days or 0) < _NOW)
