# SPDX-License-Identifier: GPL-3.0-or-later
"""What differed from git, for how long, who had moved it, and what the watcher put right: from what it leaves as metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .. import commands, model, words
from ..asking import Query

if TYPE_CHECKING:
    from ..asking import Found
    from ..shapes import Plan, Watched

KEY, TITLE = "drift", "Drift"
#: as the drift report calls them, and in words
ORIGINS = {"corrective": "somebody on the host", "conflict": "git and somebody on the host", "pending": "git, and it was not applied yet"}
_WHERE = "namespace, dest_server, name"
#: s after which a verdict says nothing, as the alert has it
_STALE = 900
#: of a table
_ROWS = 20


class Figures(NamedTuple):
    """Minutes; ``now``: resources that differ; ``age``: s since the fleet was judged as a whole."""

    where: dict[tuple[str, str], float]
    origins: dict[str, float]
    healed: float | None
    heal_failed: float | None
    now: float | None
    flapping: float
    age: float | None


def queries(plan: Plan) -> dict[str, Query]:
    week = f"{plan['days']}d"
    return {
        "where": Query(f"count_over_time((max by ({_WHERE}) (echodiary_gitops_app_out_of_sync_resources) > 0)[{week}:1m])"),
        "origins": Query(f"count_over_time((sum by (origin) (echodiary_gitops_drift_resources) > 0)[{week}:1m])"),
        "healed": Query(f'sum by (phase) (round(increase(echodiary_gitops_app_sync_total{{dry_run="false"}}[{week}])))'),
        "now": Query("sum(echodiary_gitops_app_out_of_sync_resources)"),
        "flapping": Query("count(echodiary_gitops_app_flapping == 1)"),
        "age": Query("time() - max(echodiary_gitops_last_success_timestamp_seconds)"),
    }


def figures(found: Found) -> Figures:
    return Figures(
        {(host, name): value for (host, name), value in found.by("where", "dest_server", "name").items()},
        {origin: value for (origin,), value in found.by("origins", "origin").items()},
        found.one("healed", phase="Succeeded"),
        found.one("healed", phase="Failed"),
        found.one("now"),
        found.one("flapping") or 0.0,
        found.one("age"),
    )


def section(plan: Plan, found: Found, watched: Watched) -> model.Section:
    """What lies in files is told whether or not Prometheus answers."""
    if found.trouble:
        return _with_files(model.unknown(KEY, TITLE, found.trouble), watched)
    seen = figures(found)
    if seen.age is None and not seen.where:
        return _unwatched(plan, watched)
    todos = _todos(plan, seen)
    made = model.Section(
        KEY,
        TITLE,
        "bad" if todos else "unknown" if seen.now is None else "good",
        f"{words.count(len(seen.where), 'component')} differed from git for a while; put right {words.count(seen.healed, 'time')}",
        tiles=_tiles(seen),
        tables=_tables(seen),
        todos=todos,
        figures={**seen._asdict(), "where": [_placed(*place, value) for place, value in seen.where.items()]},
    )
    return _with_files(made, watched)


def _unwatched(plan: Plan, watched: Watched) -> model.Section:
    """Nobody leaves metrics; somebody may have looked by hand."""
    if not watched["looked"]:
        return model.absent(KEY, TITLE, "nobody watches for drift here (role gitops), and no drift report is here")
    count = len(watched["differing"])
    text = f"{words.count(count, 'resource')} not as in git at {watched['looked']}: see whether it still is so"
    todos = [model.Todo(text, commands.playbook(plan, "drift"))] if count else []
    said = f"{words.count(count, 'resource')} not as in git at {watched['looked']}; nobody watches"
    return _with_files(model.Section(KEY, TITLE, "bad" if todos else "unknown", said, todos=todos), watched)


def _with_files(made: model.Section, watched: Watched) -> model.Section:
    differing = [(one["host"], one["component"], one["resource"], _when(one["since"]), one["who"]) for one in watched["differing"]]
    heals = [(_when(one["time"]), ", ".join(one["where"]), one["outcome"], one["reason"]) for one in reversed(watched["heals"])]
    tables = [
        model.Table(("differs on", "component", "what", "since (UTC)", "who moved it"), differing[:_ROWS]),
        model.Table(("put right (UTC)", "host/component", "outcome", "why"), heals[:_ROWS]),
    ]
    figures = {**made.figures, "differing": len(differing), "heals": len(heals)} if watched["looked"] or heals else made.figures
    notes = [*made.notes, *watched["troubles"]]
    return made._replace(tables=[*made.tables, *(one for one in tables if one.rows)], notes=notes, figures=figures)


def _when(time: str) -> str:
    return time[:16].replace("T", " ")


def _placed(host: str, component: str, minutes: float) -> dict[str, str | float]:
    return {"host": host, "component": component, "minutes": minutes}


def _tiles(seen: Figures) -> list[model.Tile]:
    healed: model.State = "bad" if seen.heal_failed else "unknown" if seen.healed is None else "good"
    judged: model.State = "bad" if seen.age is None or seen.age > _STALE else "good"
    return [
        model.Tile("differs now", words.number(seen.now), "resources", _state(seen.now)),
        model.Tile("differed this week", str(len(seen.where)), "components of hosts"),
        model.Tile("put right by the watcher", words.number(seen.healed), f"{words.number(seen.heal_failed)} tries failed", healed),
        model.Tile("last judged as a whole", model.UNKNOWN if seen.age is None else f"{words.span(seen.age)} before", "", judged),
    ]


def _state(bad: float | None) -> model.State:
    return "unknown" if bad is None else "bad" if bad else "good"


def _tables(seen: Figures) -> list[model.Table]:
    who = [(ORIGINS.get(origin, origin), words.minutes(value)) for origin, value in sorted(seen.origins.items())]
    where = [(host, name, words.minutes(value)) for (host, name), value in sorted(seen.where.items(), key=lambda one: (-one[1], one[0]))]
    found = [model.Table(("who had moved it", "something differed for"), who, frozenset({1}))] if who else []
    return [*found, model.Table(("host", "component", "differed for"), where[:_ROWS], frozenset({2}))] if where else found


def _todos(plan: Plan, seen: Figures) -> list[model.Todo]:
    look = commands.playbook(plan, "drift")
    if seen.age is None or seen.age > _STALE:
        return [model.Todo(f"the fleet was last judged {words.span(seen.age)} ago: see why the watcher does not", look)]
    if seen.flapping:
        text = f"{words.count(seen.flapping, 'component')} kept moving until healing stopped: find out who else writes there"
        return [model.Todo(text, look)]
    if seen.now:
        return [model.Todo(f"{words.count(seen.now, 'resource')} not as in git: see which, and converge or take it into git", look)]
    return []
