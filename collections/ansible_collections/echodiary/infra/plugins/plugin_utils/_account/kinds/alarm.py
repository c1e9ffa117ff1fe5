# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch's alarms. Which there are is said by ``alarms.py``; here one is read, compared and put right.

Known by their names, ``<project>/<environment>/…``: AWS tells an alarm's tags in a question for each of them. Changed by AWS's own
operation: the module does not compare whether an alarm does anything when it fires.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import alarms, metrics, model, rights

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "alarm"
EFFECT: model.Effects = {}
KEPT = False
EVENTS = "monitoring"
READS: model.Rights = ("cloudwatch:DescribeAlarms",)
WRITES: model.Rights = ("cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms", "iam:CreateServiceLinkedRole")
#: field -> as AWS calls it
_PLAIN = {
    "description": "AlarmDescription",
    "comparison": "ComparisonOperator",
    "threshold": "Threshold",
    "periods": "EvaluationPeriods",
    "datapoints": "DatapointsToAlarm",
    "missing": "TreatMissingData",
    "actions": "AlarmActions",
    "ok_actions": "OKActions",
    "no_data_actions": "InsufficientDataActions",
    "enabled": "ActionsEnabled",
}
#: of the expression's own result
_RESULT = "result"


def called(env: Environment, name: str) -> str:
    return f"{rights.namespace(env)}/{name}"


def declared(env: Environment) -> Iterator[model.Wanted]:
    for one in alarms.of(env):
        yield model.Wanted(model.Resource(NAME, called(env, one.name)), alarms.fields(env, one))


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for one in aws.find("cloudwatch", "describe_alarms", "MetricAlarms[]", AlarmNamePrefix=called(env, ""), AlarmTypes=["MetricAlarm"]):
        fields = {name: one.get(theirs) for name, theirs in _PLAIN.items()}
        # where nobody says how many, it is all of them
        fields["datapoints"] = fields["datapoints"] or fields["periods"]
        fields["missing"] = fields["missing"] or alarms.UNKNOWN
        fields |= {"metrics": [_read(env, metric) for metric in _metrics(one)], "expression": _expression(one.get("Metrics") or ())}
        notes = (f"ALARM: {one.get('StateReason', '')}",) if one["StateValue"] == "ALARM" else ()
        yield model.Seen(model.Resource(NAME, one["AlarmName"]), one["AlarmArn"], fields, notes=notes)


def _read(env: Environment, metric: dict[str, Any]) -> dict[str, Any]:
    return {**metric, "dimensions": {name: metrics.read(env, name, value) for name, value in metric["dimensions"].items()}}


def _metrics(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    """An alarm has either one metric, or several with an expression of them."""
    stats = [(query["Id"], query["MetricStat"]) for query in one.get("Metrics") or () if "MetricStat" in query]
    if stats:
        return [_metric(name, stat["Metric"], stat["Stat"], stat["Period"]) for name, stat in stats]
    return [_metric("m", one, one.get("Statistic") or one.get("ExtendedStatistic"), one.get("Period"))] if "MetricName" in one else []


def _metric(name: str, metric: Mapping[str, Any], stat: str | None, period: int | None) -> dict[str, Any]:
    dimensions = {pair["Name"]: pair["Value"] for pair in metric.get("Dimensions") or ()}
    where = {"namespace": metric["Namespace"], "name": metric["MetricName"], "dimensions": dimensions}
    return {"id": name, **where, "stat": stat, "period": period}


def _expression(queries: Sequence[Mapping[str, Any]]) -> str | None:
    return next((query["Expression"] for query in queries if query.get("Expression")), None)


def hands(goal: model.Goal) -> model.Calls:
    """AWS puts the whole of it in place of what is there; what it found out before stays."""
    plain = {theirs: goal.fields[name] for name, theirs in _PLAIN.items() if goal.fields.get(name) is not None}
    yield model.Api("cloudwatch", "put_metric_alarm", {"AlarmName": goal.name, **plain, **_looked_at(goal.fields)})


def _looked_at(fields: Mapping[str, Any]) -> dict[str, Any]:
    every = sorted(fields["metrics"], key=lambda one: str(one["id"]))
    if not fields["expression"] and len(every) == 1:
        stat = "Statistic" if every[0]["stat"] in _STATISTICS else "ExtendedStatistic"
        return {**_asked(every[0]), stat: every[0]["stat"], "Period": every[0]["period"]}
    queries = [{"Id": one["id"], "MetricStat": _stat(one), "ReturnData": not fields["expression"]} for one in every]
    result = [{"Id": _RESULT, "Expression": fields["expression"], "ReturnData": True}] if fields["expression"] else []
    return {"Metrics": [*queries, *result]}


_STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")


def _asked(one: Mapping[str, Any]) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": metrics.told(name, value)} for name, value in sorted(one["dimensions"].items())]
    return {"Namespace": one["namespace"], "MetricName": one["name"], "Dimensions": dimensions}


def _stat(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"Metric": _asked(one), "Stat": one["stat"], "Period": one["period"]}


def remove(seen: model.Seen) -> model.Calls:
    yield model.Api("cloudwatch", "delete_alarms", {"AlarmNames": [seen.resource.name]})
