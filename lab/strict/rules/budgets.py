# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Budgets: what moto has not (changing one, who is told), and how many may be told what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import RefusedError
from . import Asked, before, instead

#: quotas, user guide
_NOTICES, _MAILS, _TOPICS = 5, 10, 1
_KEYS = ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")


def _budget(asked: Asked, name: str | None = None) -> Any:
    mine = asked.backend("budgets").budgets[asked.get("AccountId")]
    name = name or asked.get("BudgetName")
    if name not in mine:
        raise RefusedError("NotFoundException", f"Unable to get budget: {name} - the budget doesn't exist.")
    return mine[name]


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one.get(key, "PERCENTAGE") == other.get(key, "PERCENTAGE") for key in _KEYS)


def _notice(asked: Asked) -> Any:
    given = asked.get("Notification", {})
    found = next((one for one in _budget(asked).notifications if _same(one.details, given)), None)
    if found is None:
        raise RefusedError("NotFoundException", "Unable to find the notification: it doesn't exist.")
    return found


def _check_subscribers(subscribers: list[Mapping[str, str]]) -> None:
    kinds = [one["SubscriptionType"] for one in subscribers]
    if not 1 <= len(kinds) <= _MAILS + _TOPICS or kinds.count("EMAIL") > _MAILS or kinds.count("SNS") > _TOPICS:
        raise RefusedError("InvalidParameterException", f"A notification has 1 to {_MAILS} mail addresses, and {_TOPICS} topic at most.")


@before("budgets:CreateBudget")
def those_who_are_told_are_few(asked: Asked) -> None:
    given = asked.get("NotificationsWithSubscribers", [])
    if len(given) > _NOTICES:
        raise RefusedError("CreationLimitExceededException", f"Notification limit exceeded: a budget has {_NOTICES} at most.")
    for number, one in enumerate(given):
        _check_subscribers(one["Subscribers"])
        if any(_same(one["Notification"], other["Notification"]) for other in given[:number]):
            raise RefusedError("DuplicateRecordException", "The notification already exists.")


@before("budgets:CreateNotification")
def one_more_is_told(asked: Asked) -> None:
    there = _budget(asked).notifications
    if any(_same(one.details, asked.get("Notification", {})) for one in there):
        raise RefusedError("DuplicateRecordException", "The notification already exists.")
    if len(there) >= _NOTICES:
        raise RefusedError("CreationLimitExceededException", f"Notification limit exceeded: a budget has {_NOTICES} at most.")
    _check_subscribers(asked.get("Subscribers", []))


@before("budgets:DeleteNotification", "budgets:DescribeNotificationsForBudget")
def it_is_there(asked: Asked) -> None:
    _notice(asked) if asked.get("Notification") else _budget(asked)


@instead("budgets:DescribeSubscribersForNotification")
def who_is_told(asked: Asked) -> dict[str, Any]:
    return {"Subscribers": [dict(one) for one in _notice(asked).subscribers]}


@instead("budgets:UpdateBudget")
def changed(asked: Asked) -> dict[str, Any]:
    """As a whole: what is not said any more goes."""
    given = dict(asked.get("NewBudget", {}))
    one = _budget(asked, str(given.get("BudgetName")))
    if not (given.get("BudgetLimit") or given.get("PlannedBudgetLimits")):
        raise RefusedError("InvalidParameterException", "Unable to update budget: it has no limit.")
    one.budget = {**given, **{key: one.budget[key] for key in ("TimePeriod", "LastUpdatedTime") if key not in given}}
    return {}
