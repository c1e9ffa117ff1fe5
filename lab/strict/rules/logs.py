# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch Logs."""

from __future__ import annotations

from typing import Any

from ..errors import RefusedError
from . import Asked, after, before

#: PutRetentionPolicy's own list, API reference
RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)


@before("logs:PutRetentionPolicy")
def legal_retention(asked: Asked) -> None:
    days = int(asked.get("retentionInDays", 0))
    if days not in RETENTIONS:
        legal = ", ".join(map(str, RETENTIONS))
        message = (
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{legal}]"
        )
        raise RefusedError("InvalidParameterException", message)


#: quotas, user guide: filters of a group, and those of them whose pattern is a regular expression
_FILTERS, _EXPRESSIONS = 100, 5


def _others(asked: Asked) -> list[dict[str, Any]]:
    """Of the same group."""
    group, name = asked.get("logGroupName"), asked.get("filterName")
    return [one for one in _filters(asked) if one["logGroupName"] == group and one["filterName"] != name]


def _filters(asked: Asked) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked.backend("logs").filters.metric_filters
    return found


def _check_group(asked: Asked) -> None:
    if asked.get("logGroupName") not in asked.backend("logs").groups:
        raise RefusedError("ResourceNotFoundException", "The specified log group does not exist.")


@before("logs:PutMetricFilter")
def a_filter_is_of_a_group(asked: Asked) -> None:
    _check_group(asked)
    others = _others(asked)
    if len(others) >= _FILTERS:
        raise RefusedError("LimitExceededException", "Resource limit exceeded.")
    regular = [one for one in [*(one["filterPattern"] for one in others), str(asked.get("filterPattern"))] if one.startswith("%")]
    if len(regular) > _EXPRESSIONS:
        raise RefusedError("LimitExceededException", "Resource limit exceeded: filter patterns with regular expressions.")
    for one in asked.get("metricTransformations", []):
        if one.get("dimensions") and one.get("defaultValue") is not None:
            raise RefusedError(
                "InvalidParameterException", "Invalid metric transformation: dimensions and a default value exclude each other."
            )
    # one of its name is put in its place
    _filters(asked)[:] = [one for one in _filters(asked) if one in others or one["logGroupName"] != asked.get("logGroupName")]


@before("logs:DeleteMetricFilter")
def the_filter_is_there(asked: Asked) -> None:
    _check_group(asked)
    if len(_others(asked)) == sum(one["logGroupName"] == asked.get("logGroupName") for one in _filters(asked)):
        raise RefusedError("ResourceNotFoundException", "The specified metric filter does not exist.")


@after("logs:DeleteLogGroup")
def its_filters_go_with_it(asked: Asked, answer: dict[str, Any]) -> None:
    del answer
    _filters(asked)[:] = [one for one in _filters(asked) if one["logGroupName"] != asked.get("logGroupName")]
