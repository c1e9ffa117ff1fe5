# SPDX-License-Identifier: GPL-3.0-or-later
"""An alarm as DescribeAlarms tells it, judged by datapoints."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tests.alarms import expressions, states

Dimensions = frozenset[tuple[str, str]]
_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "Average": statistics.fmean, "Sum": sum, "Minimum": min, "Maximum": max, "SampleCount": len,
}  # fmt: skip


class Point(NamedTuple):
    """``at``: seconds."""

    namespace: str
    name: str
    dimensions: Dimensions
    at: float
    value: float


def state(alarm: Mapping[str, Any], points: Sequence[Point], now: float, was: str) -> str:
    """At ``now``, of periods that are over. A metric is known by all of its dimensions."""
    within, period = alarm["EvaluationPeriods"], _period(alarm)
    last = int(now // period)
    breaching = [_beyond(alarm, points, number, period) for number in range(last - within - states.FURTHER, last)]
    return states.state(breaching, alarm.get("DatapointsToAlarm") or within, within, alarm.get("TreatMissingData") or "missing", was)


def _period(alarm: Mapping[str, Any]) -> int:
    if alarm.get("Period"):
        return int(alarm["Period"])
    return max(int(one["MetricStat"]["Period"]) for one in alarm["Metrics"] if "MetricStat" in one)


def _beyond(alarm: Mapping[str, Any], points: Sequence[Point], number: int, period: int) -> bool | None:
    value = _value(alarm, [one for one in points if int(one.at // period) == number])
    return None if value is None else states.COMPARED[alarm["ComparisonOperator"]](value, alarm["Threshold"])


def _value(alarm: Mapping[str, Any], points: Sequence[Point]) -> float | None:
    """In one period."""
    if "MetricName" in alarm:
        return _stat(alarm, alarm["Statistic"], points)
    known = {one["Id"]: _stat(one["MetricStat"]["Metric"], one["MetricStat"]["Stat"], points) for one in _stats(alarm)}
    (expression,) = (one["Expression"] for one in alarm["Metrics"] if one.get("Expression"))
    return expressions.of(expression, known)


def _stats(alarm: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (one for one in alarm["Metrics"] if "MetricStat" in one)


def _stat(metric: Mapping[str, Any], stat: str, points: Sequence[Point]) -> float | None:
    wanted = (metric["Namespace"], metric["MetricName"], dimensions(metric))
    found = [one.value for one in points if (one.namespace, one.name, one.dimensions) == wanted]
    return float(_STATISTICS[stat](found)) if found else None


def dimensions(metric: Mapping[str, Any]) -> Dimensions:
    return frozenset((one["Name"], one["Value"]) for one in metric.get("Dimensions") or ())


def metrics(alarm: Mapping[str, Any]) -> set[tuple[str, str, Dimensions]]:
    """All that it looks at."""
    looked = [alarm] if "MetricName" in alarm else [one["MetricStat"]["Metric"] for one in _stats(alarm)]
    return {(one["Namespace"], one["MetricName"], dimensions(one)) for one in looked}
