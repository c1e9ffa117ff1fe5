# SPDX-License-Identifier: GPL-3.0-or-later
"""What CloudWatch counts in hosts' logs: answers, those that were errors, and checks that failed.

Changed by AWS's own operations: the module knows neither what a metric is where no line fits, nor a second account's form of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import metrics, model, rights
from . import log_group

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "metric_filter"
EFFECT: model.Effects = {}
KEPT = False
EVENTS = "logs"
READS: model.Rights = ("logs:DescribeMetricFilters",)
WRITES: model.Rights = ("logs:PutMetricFilter", "logs:DeleteMetricFilter")
#: the line that role cloudwatch_agent's own check writes (health-check)
FAILED = '"health-check FAILED"'
_EACH = "1"


def declared(env: Environment) -> Iterator[model.Wanted]:
    watching = env.declared["watching"]
    if not watching:
        return
    patterns = {metrics.REQUESTS: watching["requests_pattern"], metrics.ERRORS: watching["errors_pattern"], metrics.FAILED: FAILED}
    for role, name in metrics.logged(env):
        one = metrics.of_logs(env, name, role)
        fields = {
            "log_group": model.Ref(log_group.NAME, rights.log_group(env, role)),
            "pattern": patterns[name],
            "metric": {"namespace": one.namespace, "name": one.name, "value": _EACH, "otherwise": 0.0},
        }
        yield model.Wanted(model.Resource(NAME, one.name), fields, {"group": rights.log_group(env, role)})


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    """Those whose metric is of the environment's own namespace: others are of who made them."""
    for one in aws.find("logs", "describe_metric_filters", "metricFilters[]"):
        told = one["metricTransformations"][0]
        if told["metricNamespace"] == rights.namespace(env):
            group = env.arn("logs", f"log-group:{one['logGroupName']}")
            metric = {"namespace": told["metricNamespace"], "name": told["metricName"], "value": told["metricValue"]}
            fields = {"log_group": group, "pattern": one.get("filterPattern"), "metric": {**metric, "otherwise": told.get("defaultValue")}}
            yield model.Seen(model.Resource(NAME, one["filterName"]), f"{group}:{one['filterName']}", fields)


def hands(goal: model.Goal) -> model.Calls:
    """AWS puts one of the same name in its place."""
    metric = goal.fields["metric"]
    told = {"metricNamespace": metric["namespace"], "metricName": metric["name"], "metricValue": metric["value"]}
    told |= {} if metric["otherwise"] is None else {"defaultValue": metric["otherwise"]}
    what = {"filterPattern": goal.fields["pattern"], "metricTransformations": [told]}
    yield model.Api("logs", "put_metric_filter", {"logGroupName": _group(goal.fields["log_group"]), "filterName": goal.name, **what})


def _group(arn: str) -> str:
    return arn.split(":", 6)[6]


def remove(seen: model.Seen) -> model.Calls:
    where = {"logGroupName": _group(str(seen.fields["log_group"])), "filterName": seen.resource.name}
    yield model.Api("logs", "delete_metric_filter", where)
