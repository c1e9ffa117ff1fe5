# SPDX-License-Identifier: GPL-3.0-or-later
"""How long requests took: of half, of 95 and of 99 percent, as the application's own histogram has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .. import commands, model, words
from ..asking import Query, moments

if TYPE_CHECKING:
    from ..asking import Found
    from ..shapes import Plan, Service

KEY, TITLE = "latency", "Latency"
PARTS = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_BUCKETS = "http_request_duration_seconds_bucket"


class Figures(NamedTuple):
    """Of a service: seconds, by quantile; ``within``: percent of requests within ``limit`` (s), against ``objective`` (percent)."""

    component: str
    now: dict[str, float | None]
    before: dict[str, float | None]
    within: float | None
    limit: float | None
    objective: float | None

    @property
    def missed(self) -> bool:
        return self.within is not None and self.objective is not None and self.within < self.objective


def queries(plan: Plan) -> dict[str, Query]:
    week = f"{plan['days']}d"
    jobs = f'job=~"{"|".join(one["component"] for one in plan["services"])}"'
    found = {}
    for name, part in PARTS.items():
        found[name] = Query(_quantile(part, jobs, f"[{week}]"))
        found[f"{name}_before"] = Query(_quantile(part, jobs, f"[{week}] offset {week}"))
    for service in plan["services"]:
        if service["objectives"]:
            found[f"within_{service['component']}"] = Query(_within(service["component"], service["objectives"]["latency_seconds"], week))
    return {**found, "daily": Query(_quantile(0.95, jobs, "[1d]"), daily=True)}


def _quantile(part: float, jobs: str, window: str) -> str:
    return f"histogram_quantile({part}, sum by (job, le) (rate({_BUCKETS}{{{jobs}}}{window})))"


def _within(job: str, seconds: float, week: str) -> str:
    """A bound is written with a fraction or without one, as its client does."""
    quick = f'{_BUCKETS}{{job="{job}",le=~"{seconds:g}|{float(seconds)}"}}'
    return f'100 * sum(increase({quick}[{week}])) / (sum(increase({_BUCKETS}{{job="{job}",le="+Inf"}}[{week}])) > 0)'


def figures(plan: Plan, found: Found) -> list[Figures]:
    return [_of(service, found) for service in plan["services"]]


def _of(service: Service, found: Found) -> Figures:
    name, wanted = service["component"], service["objectives"]
    return Figures(
        name,
        {part: found.one(part, job=name) for part in PARTS},
        {part: found.one(f"{part}_before", job=name) for part in PARTS},
        found.one(f"within_{name}"),
        wanted["latency_seconds"] if wanted else None,
        wanted["latency_percent"] if wanted else None,
    )


def section(plan: Plan, found: Found) -> model.Section:
    if found.trouble:
        return model.unknown(KEY, TITLE, found.trouble)
    if not plan["services"]:
        return model.absent(KEY, TITLE, "no component here has a release")
    every = figures(plan, found)
    missed = [one for one in every if one.missed]
    state: model.State = "bad" if missed else "good" if all(one.now["p95"] is not None for one in every) else "unknown"
    return model.Section(
        KEY,
        TITLE,
        state,
        "; ".join(f"{one.component} {', '.join(f'{part} {words.seconds(value)}' for part, value in one.now.items())}" for one in every),
        tiles=[tile for one in every for tile in _tiles(one)],
        charts=[_chart(plan, found)] if found.days["daily"] else [],
        notes=[f"{one.component}: Prometheus has no {_BUCKETS} of it" for one in every if one.now["p95"] is None],
        todos=[_todo(plan, one) for one in missed],
        figures={"services": [one._asdict() for one in every]},
    )


def _tiles(one: Figures) -> list[model.Tile]:
    found = [
        model.Tile(
            f"{one.component}: {part}",
            words.seconds(value),
            words.trend(value, one.before[part], words.seconds(one.before[part])),
            "unknown" if value is None else "good",
        )
        for part, value in one.now.items()
    ]
    if one.limit is None:
        return found
    state: model.State = "unknown" if one.within is None else "bad" if one.missed else "good"
    return [
        *found,
        model.Tile(f"{one.component}: within {one.limit:g} s", words.percent(one.within), f"objective {one.objective:g} %", state),
    ]


def _chart(plan: Plan, found: Found) -> model.Chart:
    ends = moments(plan["end"], plan["days"])
    lines = [model.Line(one["component"], found.line("daily", ends, job=one["component"])) for one in plan["services"]]
    return model.Chart("p95, by day", commands.dates(ends), lines, "{:.3f} s", 0.02)


def _todo(plan: Plan, one: Figures) -> model.Todo:
    text = f"{one.component} answered {words.percent(one.within)} within {one.limit:g} s, {one.objective:g} % is meant: see what is short"
    return model.Todo(text, commands.playbook(plan, "load", f"component={one.component}"))
