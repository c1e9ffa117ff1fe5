# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests were answered well, of how many; what that leaves of the error budget; how long nobody was reached.

As users see it: HAProxy counts its own 503 pages, too, which the application never sees. What no host was there to answer is seen by
the probes alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .. import commands, model, words
from ..asking import Query, moments

if TYPE_CHECKING:
    from ..asking import Found
    from ..shapes import Plan, Service

KEY, TITLE = "availability", "Availability"


class Figures(NamedTuple):
    """Of a service. Requests; percent. ``budget_used``: of the error budget of these days; None where there is no objective."""

    component: str
    answered: float | None
    failed: float | None
    percent: float | None
    percent_before: float | None
    objective: float | None
    budget_used: float | None

    @property
    def missed(self) -> bool:
        return self.budget_used is not None and self.budget_used > 100


def queries(plan: Plan) -> dict[str, Query]:
    proxies = "|".join(one["backend"] for one in plan["services"])
    answers, errors = _answers(proxies)
    week = f"{plan['days']}d"
    down = 'probe_success{job="probe"}'
    return {
        "answered": Query(f"sum by (proxy) (increase({answers}[{week}]))"),
        "failed": Query(f"sum by (proxy) (increase({errors}[{week}]))"),
        "answered_before": Query(f"sum by (proxy) (increase({answers}[{week}] offset {week}))"),
        "failed_before": Query(f"sum by (proxy) (increase({errors}[{week}] offset {week}))"),
        "daily": Query(f"100 - {failing(proxies, '1d')}", daily=True),
        "unreached": Query(f"count_over_time((max by (instance) ({down}) == 0)[{week}:1m])"),
        "nobody": Query(f"count_over_time((max({down}) == 0)[{week}:1m]) or 0 * max(present_over_time({down}[{week}]))"),
    }


def _answers(proxies: str) -> tuple[str, str]:
    """All of them, and the errors."""
    answers = f'haproxy_backend_http_responses_total{{proxy=~"{proxies}"}}'
    return answers, answers.replace("}", ',code="5xx"}')


def failing(proxies: str, window: str) -> str:
    """Percent of a window's requests, by backend; nothing where there were none."""
    answers, errors = _answers(proxies)
    return f"100 * sum by (proxy) (increase({errors}[{window}])) / (sum by (proxy) (increase({answers}[{window}])) > 0)"


def figures(plan: Plan, found: Found) -> list[Figures]:
    return [_of(service, found) for service in plan["services"]]


def _of(service: Service, found: Found) -> Figures:
    answered, failed = (found.one(name, proxy=service["backend"]) for name in ("answered", "failed"))
    before = (found.one(name, proxy=service["backend"]) for name in ("answered_before", "failed_before"))
    objective = service["objectives"]["availability_percent"] if service["objectives"] else None
    percent = _percent(answered, failed)
    used = None if percent is None or objective is None or objective >= 100 else 100 * (100 - percent) / (100 - objective)
    return Figures(service["component"], answered, failed, percent, _percent(*before), objective, used)


def _percent(answered: float | None, failed: float | None) -> float | None:
    return None if not answered or failed is None else 100 - 100 * failed / answered


def section(plan: Plan, found: Found) -> model.Section:
    if found.trouble:
        return model.unknown(KEY, TITLE, found.trouble)
    if not plan["services"]:
        return model.absent(KEY, TITLE, "no component here has a release")
    every = figures(plan, found)
    nobody, unreached = found.one("nobody"), found.by("unreached", "instance")
    todos = [*(_todo(plan, one) for one in every if one.missed), *_down(plan, nobody)]
    known = [one for one in every if one.percent is not None]
    state: model.State = "bad" if todos else "good" if len(known) == len(every) and nobody is not None else "unknown"
    return model.Section(
        KEY,
        TITLE,
        state,
        _said(every, nobody),
        tiles=[*(_tile(one) for one in every), *(_budget(one) for one in every), _nobody(nobody)],
        tables=_table(unreached),
        charts=[_chart(plan, found)] if found.days["daily"] else [],
        notes=[one["trouble"] for one in plan["services"] if one["trouble"]],
        todos=todos,
        figures={
            "services": [one._asdict() for one in every],
            "nobody_minutes": nobody,
            "unreached_minutes": {host: value for (host,), value in unreached.items()},
        },
    )


def _said(every: list[Figures], nobody: float | None) -> str:
    shares = "; ".join(f"{one.component} {words.percent(one.percent, 3)} of {words.number(one.answered)} requests" for one in every)
    return f"{shares}; reached by no probe for {words.minutes(nobody)}"


def _tile(one: Figures) -> model.Tile:
    state: model.State = "unknown" if one.percent is None else "bad" if one.missed else "good"
    goal = "no objective" if one.objective is None else f"objective {one.objective:g} %"
    return model.Tile(f"{one.component}: answered well", words.percent(one.percent, 3), f"{goal}; {_trend(one)}", state)


def _trend(one: Figures) -> str:
    """Of those that failed: of all others there are so many that nothing moves them."""
    failed, before = (None if value is None else 100 - value for value in (one.percent, one.percent_before))
    return f"{words.percent(failed, 3)} failed, {words.trend(failed, before, words.percent(before, 3))}"


def _budget(one: Figures) -> model.Tile:
    if one.objective is None:
        return model.Tile(f"{one.component}: error budget", model.UNKNOWN, f"{one.component}_slo_availability_percent sets one", "absent")
    state: model.State = "unknown" if one.budget_used is None else "bad" if one.missed else "good"
    failed = f"{words.number(one.failed)} of {words.number(one.answered)} requests failed"
    return model.Tile(f"{one.component}: error budget used", words.percent(one.budget_used, 0), failed, state)


def _nobody(value: float | None) -> model.Tile:
    state: model.State = "unknown" if value is None else "bad" if value else "good"
    return model.Tile("reached by no probe", words.minutes(value), "all of them at once", state)


def _table(unreached: dict[tuple[str, ...], float]) -> list[model.Table]:
    rows = [(host, words.minutes(value)) for (host,), value in sorted(unreached.items(), key=lambda one: (-one[1], one[0]))]
    return [model.Table(("host", "its probes failed for"), rows, frozenset({1}))] if rows else []


def _chart(plan: Plan, found: Found) -> model.Chart:
    ends = moments(plan["end"], plan["days"])
    lines = [model.Line(one["component"], found.line("daily", ends, proxy=one["backend"])) for one in plan["services"]]
    objectives = {one["objectives"]["availability_percent"] for one in plan["services"] if one["objectives"]}
    return model.Chart("Answered well, by day", commands.dates(ends), lines, "{:.2f} %", 0.1, min(objectives, default=None))


def _todo(plan: Plan, one: Figures) -> model.Todo:
    used = words.percent(one.budget_used, 0)
    text = f"{one.component} used {used} of its error budget: hold back what is risky, and see what was done on the days it fell"
    return model.Todo(text, commands.playbook(plan, "history", f"component={one.component}"), urgent=True)


def _down(plan: Plan, nobody: float | None) -> list[model.Todo]:
    if not nobody:
        return []
    text = f"for {words.minutes(nobody)} no probe reached anybody: find out why, from what hosts still have"
    return [model.Todo(text, commands.playbook(plan, "incident.diagnose"), urgent=True)]
