# SPDX-License-Identifier: GPL-3.0-or-later
"""Which alerts fired, how often and for how long, the longest first.

Minutes in which Prometheus had written that it fires: what it wrote last says nothing of the minute after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .. import commands, model, words
from ..asking import Query

if TYPE_CHECKING:
    from ..asking import Found
    from ..shapes import Plan

KEY, TITLE = "alerts", "Alerts"
TOP = 10
#: times in a week from which on an alert is nobody's news
_OFTEN = 5


class Figures(NamedTuple):
    """Of an alert, whatever it is about. ``now``: how many of it fire."""

    name: str
    severity: str
    times: float
    minutes: float
    now: float


def queries(plan: Plan) -> dict[str, Query]:
    firing = 'ALERTS{alertstate="firing",alertname!="Watchdog"}'
    week = f"{plan['days']}d"
    minute = f"max by (alertname, severity) (present_over_time({firing}[1m]))"
    before = f"max by (alertname, severity) (present_over_time({firing}[1m] offset 1m))"
    return {
        "minutes": Query(f"count_over_time(({minute})[{week}:1m])"),
        "times": Query(f"count_over_time(({minute} unless {before})[{week}:1m])"),
        "minutes_before": Query(f"sum(count_over_time(({minute})[{week}:1m] offset {week}))"),
        "now": Query(f"count by (alertname, severity) (present_over_time({firing}[1m]))"),
        "judged": Query(f"max(present_over_time(ALERTS[{week}]))"),
    }


def figures(found: Found) -> list[Figures]:
    """One that fired before the week began has begun no time within it."""
    times, now = found.by("times", "alertname", "severity"), found.by("now", "alertname", "severity")
    every = found.by("minutes", "alertname", "severity")
    listed = [
        Figures(name, severity, times.get((name, severity), 0.0), minutes, now.get((name, severity), 0.0))
        for (name, severity), minutes in every.items()
    ]
    return sorted(listed, key=lambda one: (-one.minutes, one.name, one.severity))


def section(plan: Plan, found: Found) -> model.Section:
    if found.trouble:
        return model.unknown(KEY, TITLE, found.trouble)
    if found.one("judged") is None:
        return model.unknown(KEY, TITLE, "Prometheus has judged no alert, not even the one that always fires")
    every, before = figures(found), found.one("minutes_before") or 0.0
    together = sum(one.minutes for one in every)
    return model.Section(
        KEY,
        TITLE,
        _state(every),
        f"{len(every)} fired, {words.minutes(together)} together" if every else "none fired",
        tiles=_tiles(every, together, before),
        tables=[_table(every)] if every else [],
        todos=_todos(plan, every),
        figures={"alerts": [one._asdict() for one in every], "minutes_before": before},
    )


def _state(every: list[Figures]) -> model.State:
    return "bad" if every else "good"


def _tiles(every: list[Figures], together: float, before: float) -> list[model.Tile]:
    now = [one for one in every if one.now]
    return [
        model.Tile("alerts that fired", str(len(every)), "", _state(every)),
        model.Tile("together", words.minutes(together), words.trend(together, before, words.minutes(before)), _state(every)),
        model.Tile("fire now", words.number(sum(one.now for one in now)), "", _state(now)),
    ]


def _table(every: list[Figures]) -> model.Table:
    rows = [(one.name, one.severity, words.number(one.times), words.minutes(one.minutes), words.number(one.now)) for one in every[:TOP]]
    return model.Table(("alert", "severity", "began", "fired for", "fire now"), rows, frozenset({2, 3, 4}))


def _todos(plan: Plan, every: list[Figures]) -> list[model.Todo]:
    look, done = commands.playbook(plan, "incident.diagnose"), commands.playbook(plan, "history")
    now = [
        model.Todo(f"{one.name} ({one.severity}) fires now: its runbook, and what hosts say", look, urgent=one.severity == "critical")
        for one in every
        if one.now
    ]
    grave = [one for one in every if not one.now and one.severity == "critical" and one.times < _OFTEN]
    often = [one for one in every if not one.now and one.times >= _OFTEN]
    return [
        *now,
        *(model.Todo(f"{one.name} (critical) fired for {words.minutes(one.minutes)}: see what was done about it", done) for one in grave),
        *(model.Todo(f"{one.name} fired {words.number(one.times)} times: mend its cause, or its bound", look) for one in often),
    ]
