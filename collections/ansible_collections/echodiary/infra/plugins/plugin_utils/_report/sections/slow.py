# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries that took longest on average, as the dashboard has them, over the whole week."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .. import model, words
from ..asking import Query

if TYPE_CHECKING:
    from ..asking import Found
    from ..shapes import Plan

KEY, TITLE = "slow", "Slow queries"
TOP = 10
#: s from which on one is slow, as the alert has it
_SLOW = 1.0
_LOOK = "SELECT calls, round(mean_exec_time) AS ms, query FROM pg_stat_statements WHERE queryid = {};"
_BY = ("datname", "user", "queryid")


class Figures(NamedTuple):
    """Seconds on average and together; how often it was asked."""

    database: str
    user: str
    query: str
    mean: float
    calls: float

    @property
    def together(self) -> float:
        return self.mean * self.calls


def queries(plan: Plan) -> dict[str, Query]:
    week, by = f"{plan['days']}d", ", ".join(_BY)
    calls = f"sum by ({by}) (increase(pg_stat_statements_calls_total[{week}]))"
    mean = f"topk({TOP}, sum by ({by}) (increase(pg_stat_statements_seconds_total[{week}])) / ({calls} > 0))"
    return {"mean": Query(mean), "calls": Query(f"{calls} and on ({by}) {mean}")}


def figures(found: Found) -> list[Figures]:
    calls = found.by("calls", *_BY)
    every = [
        Figures(database, user, query, mean, calls.get((database, user, query), 0.0))
        for (database, user, query), mean in found.by("mean", *_BY).items()
    ]
    return sorted(every, key=lambda one: -one.mean)


def section(_plan: Plan, found: Found) -> model.Section:
    if found.trouble:
        return model.unknown(KEY, TITLE, found.trouble)
    every = figures(found)
    if not every:
        return model.absent(KEY, TITLE, "Prometheus has no statistics of statements (pg_stat_statements)")
    slow = [one for one in every if one.mean >= _SLOW]
    rows = [_row(one) for one in every]
    return model.Section(
        KEY,
        TITLE,
        "bad" if slow else "good",
        f"the slowest takes {words.seconds(every[0].mean)} on average",
        tables=[model.Table(("query", "database", "login", "on average", "times", "together"), rows, frozenset({3, 4, 5}))],
        notes=["pg_stat_statements has the text of a query, by its queryid"],
        todos=[_todo(one) for one in slow],
        figures={"queries": [one._asdict() for one in every]},
    )


def _row(one: Figures) -> tuple[str, ...]:
    return one.query, one.database, one.user, words.seconds(one.mean), words.number(one.calls), words.span(one.together)


def _todo(one: Figures) -> model.Todo:
    taken = f"takes {words.seconds(one.mean)} on average ({words.number(one.calls)} times)"
    text = f"query {one.query} of {one.database} {taken}: read it, in psql"
    return model.Todo(text, _LOOK.format(_number(one.query)))


def _number(text: str) -> str:
    """What is printed as a command has nothing in it that somebody else wrote."""
    return text if text.lstrip("-").isdecimal() else "0"
