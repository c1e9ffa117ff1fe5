# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch: an alarm begins without knowing anything, says what it looks at in one way, and is changed as a whole; a dashboard is a grid.

Nothing here looks at metrics: alarms stay as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import RefusedError
from . import Asked, after, before

#: PutMetricAlarm, API reference: seconds below a minute, and how far back an alarm may look
_SHORT, _DAY, _WEEK, _HOUR = (10, 20, 30), 86400, 604800, 3600
_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
_MOST_ACTIONS = 5
_OF_EC2 = re.compile(r"arn:aws:automate:[a-z0-9-]+:ec2:(recover|reboot|stop|terminate)|arn:aws:swf:")
_UNKNOWN = {"state_value": "INSUFFICIENT_DATA", "state_reason": "Unchecked: Initial alarm creation"}
#: what an alarm found out before, and what stays when it is changed
_FOUND = ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp", "history")
_WORD = re.compile(r"[a-z][a-zA-Z0-9_]*")
_WIDGETS = ("metric", "text", "log", "alarm", "explorer", "custom")


def _refused(message: str, code: str = "ValidationError") -> RefusedError:
    return RefusedError(code, message)


@before("cloudwatch:PutMetricAlarm")
def its_periods_are_legal(asked: Asked) -> None:
    periods, least = int(asked.get("EvaluationPeriods", 1)), int(asked.get("DatapointsToAlarm", 1))
    if least > periods:
        raise _refused("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
    for period in _periods(asked.parameters):
        if period not in _SHORT and (period < 60 or period % 60):
            raise _refused(f"Invalid period: {period}. Period must be 10, 20, 30 or a multiple of 60")
        most = _DAY if period < _HOUR else _WEEK
        if period * periods > most:
            raise _refused(f"Metrics cannot be checked across more than {most} seconds (EvaluationPeriods * Period)")


def _periods(parameters: Mapping[str, Any]) -> Iterator[int]:
    if parameters.get("Period") is not None:
        yield int(parameters["Period"])
    for one in parameters.get("Metrics") or ():
        if one.get("MetricStat"):
            yield int(one["MetricStat"]["Period"])


@before("cloudwatch:PutMetricAlarm")
def it_looks_at_something_in_one_way(asked: Asked) -> None:
    several = asked.get("Metrics") or []
    if bool(several) == bool(asked.get("MetricName")):
        raise _refused("Exactly one of MetricName and Metrics has to be specified", "InvalidParameterCombination")
    if several and any(asked.get(name) for name in ("Namespace", "Dimensions", "Period", "Statistic", "ExtendedStatistic", "Unit")):
        raise _refused("With Metrics, what is looked at belongs to its members", "InvalidParameterCombination")
    if not several and bool(asked.get("Statistic")) == bool(asked.get("ExtendedStatistic")):
        raise _refused("Exactly one of Statistic and ExtendedStatistic has to be specified", "InvalidParameterCombination")
    if several:
        _check_queries(several)


def _check_queries(queries: list[Mapping[str, Any]]) -> None:
    names = [str(one.get("Id")) for one in queries]
    if len(set(names)) != len(names) or not all(_WORD.fullmatch(one) for one in names):
        raise _refused("Ids of Metrics have to be unique, and to begin with a lower case letter")
    if sum(one.get("ReturnData") is not False for one in queries) != 1:
        raise _refused("Exactly one element of the metrics list should return data.")
    for one in queries:
        # what stands before a bracket is a function, and those are in capitals
        unknown = set(re.findall(r"\b[a-z][a-zA-Z0-9_]*\b", str(one.get("Expression") or ""))) - set(names)
        if unknown:
            raise _refused(f"Invalid metrics list: {', '.join(sorted(unknown))} is not among its ids")


@before("cloudwatch:PutMetricAlarm")
def its_actions_are_possible(asked: Asked) -> None:
    for state in _ACTIONS:
        actions = asked.get(state) or []
        if len(actions) > _MOST_ACTIONS:
            raise _refused(f"At most {_MOST_ACTIONS} actions may be given for {state}")
        on_host = any(one["Name"] == "InstanceId" for one in asked.get("Dimensions") or ())
        if any(_OF_EC2.match(one) for one in actions) and not on_host:
            raise _refused("EC2 actions need an alarm whose metric has the dimension InstanceId")
    if any(one.endswith(":ec2:recover") for one in asked.get("AlarmActions") or ()) and asked.get("MetricName") not in _RECOVERS:
        raise _refused("The recover action is supported only with StatusCheckFailed_System")


_RECOVERS = ("StatusCheckFailed_System", "StatusCheckFailed_AttachedEBS")


@before("cloudwatch:PutMetricAlarm")
def what_it_found_out_before_stays(asked: Asked) -> None:
    known = asked.backend("cloudwatch").alarms.get(asked.get("AlarmName"))
    asked.memory.scratch[asked.call.number] = {name: getattr(known, name) for name in _FOUND} if known else dict(_UNKNOWN)
    if known:
        # tags are given with a new one only
        asked.parameters.pop("Tags", None)


@after("cloudwatch:PutMetricAlarm")
def it_begins_without_knowing(asked: Asked, answer: dict[str, Any]) -> None:
    del answer
    alarm = asked.backend("cloudwatch").alarms[asked.get("AlarmName")]
    for name, value in asked.memory.scratch.pop(asked.call.number, {}).items():
        setattr(alarm, name, value)


@before("cloudwatch:DeleteAlarms")
def all_or_none_of_them_go(asked: Asked) -> None:
    known = asked.backend("cloudwatch").alarms
    gone = [name for name in asked.get("AlarmNames", []) if name not in known]
    if gone:
        raise RefusedError("ResourceNotFound", f"Unknown alarm(s): {', '.join(gone)}", 404)


@before("cloudwatch:PutDashboard")
def a_dashboard_is_a_grid_of_widgets(asked: Asked) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", str(asked.get("DashboardName"))):
        raise RefusedError("InvalidParameterInput", "The name may have letters, digits, hyphens and underscores, up to 255")
    try:
        widgets = json.loads(asked.get("DashboardBody", ""))["widgets"]
        wrong = [path for number, one in enumerate(widgets) for path in _wrong(number, one)]
    except (ValueError, KeyError, TypeError):
        wrong = ["/widgets"]
    if wrong:
        raise RefusedError("InvalidParameterInput", f"The field DashboardBody must be a valid JSON object: {', '.join(wrong)}")


def _wrong(number: int, widget: Mapping[str, Any]) -> Iterator[str]:
    place, told = f"/widgets/{number}", widget.get("properties")
    if widget.get("type") not in _WIDGETS or not isinstance(told, Mapping):
        yield f"{place}/type"
        return
    if not (0 <= widget.get("x", 0) <= 23 and 1 <= widget.get("width", 6) <= 24 and 1 <= widget.get("height", 6) <= 1000):
        yield f"{place}/width"
    if widget["type"] == "metric":
        if not told.get("region"):
            yield f"{place}/properties/region"
        yield from (f"{place}/properties/metrics/{row}" for row, one in enumerate(told.get("metrics") or []) if not _is_metric(one))


def _is_metric(row: list[Any]) -> bool:
    """Namespace, name, pairs of dimensions, and how it is drawn; or an expression alone."""
    words, drawn = [one for one in row if isinstance(one, str)], [one for one in row if isinstance(one, Mapping)]
    if len(drawn) > 1 or len(words) + len(drawn) != len(row):
        return False
    return (not words and bool(drawn) and "expression" in drawn[0]) or (len(words) >= 2 and len(words) % 2 == 0)
