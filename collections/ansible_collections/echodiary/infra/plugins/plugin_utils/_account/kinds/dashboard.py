# SPDX-License-Identifier: GPL-3.0-or-later
"""One page of CloudWatch for the environment: whatever an alarm looks at, with the line beyond which it fires.

Of its metrics somebody who is declared sends each: they are those of the alarms. No module of the bundle knows dashboards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from .. import alarms, metrics, model

if TYPE_CHECKING:
    from ..alarms import Alarm
    from ..aws import Aws
    from ..declaration import Environment

NAME = "dashboard"
EFFECT: model.Effects = {}
KEPT = False
EVENTS = "monitoring"
READS: model.Rights = ("cloudwatch:GetDashboard",)
WRITES: model.Rights = ("cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards")
_ABSENT = ("ResourceNotFound", "ResourceNotFoundException")
#: CloudWatch's grid has 24 columns
_WIDTH, _HEIGHT, _COLUMNS = 8, 6, 3
#: place of the first value of a dimension in a row
_FIRST = 3


def declared(env: Environment) -> Iterator[model.Wanted]:
    watching = env.declared["watching"]
    if watching and watching["dashboard"]:
        widgets = [_widget(env, place, group) for place, group in enumerate(_groups(env))]
        yield model.Wanted(model.Resource(NAME, env.prefix), {"widgets": widgets})


def _groups(env: Environment) -> Iterator[list[Alarm]]:
    """Alarms of one sort share a graph: all hosts' memory stands in one."""
    groups: dict[str, list[Alarm]] = {}
    for one in alarms.of(env):
        groups.setdefault(_sort(one), []).append(one)
    yield from groups.values()


def _sort(one: Alarm) -> str:
    return one.name if one.name.startswith(("database-", "balancer-")) else one.name.partition("-")[2]


def _widget(env: Environment, place: int, group: Sequence[Alarm]) -> dict[str, Any]:
    rows = [row for number, one in enumerate(group) for row in _rows(one, number)]
    limits = sorted({one.limit for one in group})
    told = {
        "title": _sort(group[0]).replace("-", " "),
        "region": env.region,
        "view": "timeSeries",
        "stat": next(iter(group[0].metrics.values())).stat,
        "period": next(iter(group[0].metrics.values())).period,
        "metrics": rows,
        "annotations": {"horizontal": [{"label": "alarm", "value": limit} for limit in limits]},
    }
    where = {"x": place % _COLUMNS * _WIDTH, "y": place // _COLUMNS * _HEIGHT, "width": _WIDTH, "height": _HEIGHT}
    return {"type": "metric", **where, "properties": told}


def _rows(one: Alarm, number: int) -> Iterator[list[Any]]:
    """An expression is shown in place of what it is made of."""
    names = {name: f"{name}{number}" for name in one.metrics}
    label = one.name.rpartition("-")[0]
    for name, metric in one.metrics.items():
        dimensions = [part for pair in sorted(metric.dimensions.items()) for part in pair]
        how = {"id": names[name], "visible": False} if one.expression else {"label": label}
        yield [metric.namespace, metric.name, *dimensions, how]
    if one.expression:
        expression = one.expression
        for name, mine in names.items():
            expression = expression.replace(name, mine)
        yield [{"expression": expression, "label": label}]


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    """Also where nobody declares it any more."""
    text = aws.one("cloudwatch", "get_dashboard", "DashboardBody", _ABSENT, DashboardName=env.prefix)
    if text is not None:
        found = [_widget_of(one, partial(metrics.read, env)) for one in json.loads(text).get("widgets") or []]
        yield model.Seen(model.Resource(NAME, env.prefix), f"dashboard/{env.prefix}", {"widgets": found})


def _widget_of(widget: dict[str, Any], form: Callable[[str, str], str]) -> dict[str, Any]:
    """With ``form`` of the values of its metrics' dimensions: as AWS has them, or as ids."""
    told = widget.get("properties") or {}
    if not isinstance(told.get("metrics"), list):
        return widget
    return {**widget, "properties": {**told, "metrics": [_row_of(row, form) for row in told["metrics"]]}}


def _row_of(row: list[Any], form: Callable[[str, str], str]) -> list[Any]:
    """Namespace and name come first, and then a name and its value for each dimension."""
    return [
        form(str(row[place - 1]), one) if place >= _FIRST and place % 2 and isinstance(one, str) else one for place, one in enumerate(row)
    ]


def hands(goal: model.Goal) -> model.Calls:
    widgets = [_widget_of(one, metrics.told) for one in goal.fields["widgets"] or []]
    text = json.dumps({"widgets": widgets}, sort_keys=True)
    yield model.Api("cloudwatch", "put_dashboard", {"DashboardName": goal.name, "DashboardBody": text})


def remove(seen: model.Seen) -> model.Calls:
    yield model.Api("cloudwatch", "delete_dashboards", {"DashboardNames": [seen.resource.name]})
