# SPDX-License-Identifier: GPL-3.0-or-later
"""What a month may cost, watched by AWS itself: it writes mails when the declared sum is nearly spent, spent, or about to be.

It counts the whole account, unless ``covers`` says that it is only what bears the environment's tag: AWS knows costs by a tag only once
somebody has activated it for that, in the console of Billing. No module of the bundle knows budgets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import model
from ..aws import each

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "budget"
EFFECT: model.Effects = {}
KEPT = False
EVENTS = "budgets"
READS: model.Rights = ("budgets:ViewBudget",)
WRITES: model.Rights = ("budgets:ModifyBudget",)
_ACTUAL, _FORECAST = "ACTUAL", "FORECASTED"
#: of what, and at which share of it (percent) AWS writes
_WRITES_AT = ((_ACTUAL, 80.0), (_ACTUAL, 100.0), (_FORECAST, 100.0))
_OVER, _PERCENT = "GREATER_THAN", "PERCENTAGE"
_ABSENT = ("NotFoundException",)


def declared(env: Environment) -> Iterator[model.Wanted]:
    budget = env.declared["budget"]
    if budget:
        fields = {
            "monthly_usd": float(budget["monthly_usd"]),
            "unit": "MONTHLY",
            "covers": {"TagKeyValue": [f"user:Environment${env.name}"]} if budget["covers"] == "environment" else {},
            "told": [_notice(of, at, budget["email"]) for of, at in _WRITES_AT if budget["email"]],
        }
        yield model.Wanted(model.Resource(NAME, env.prefix), fields, {"account": env.account})


def _notice(of: str, at: float, to: list[str], how: str = _OVER, counted: str = _PERCENT) -> dict[str, Any]:
    return {"of": of, "at": at, "how": how, "in": counted, "to": to}


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    where = {"AccountId": env.account, "BudgetName": env.prefix}
    for one in aws.find("budgets", "describe_budget", "Budget", _ABSENT, **where):
        limit = one.get("BudgetLimit")
        fields = {"monthly_usd": float(limit["Amount"]) if limit else None, "unit": one["TimeUnit"], "covers": one.get("CostFilters") or {}}
        identity = env.arn("budgets", f"budget/{env.prefix}", everywhere=True)
        yield model.Seen(model.Resource(NAME, env.prefix), identity, {**fields, "told": _told(aws, where)})


def _told(aws: Aws, where: Mapping[str, str]) -> list[dict[str, Any]]:
    def subscribed(one: Mapping[str, Any]) -> dict[str, Any]:
        found = _notice(one["NotificationType"], float(one["Threshold"]), [], one["ComparisonOperator"], one["ThresholdType"])
        asked = {**where, "Notification": _notification(found)}
        return {**found, "to": aws.find("budgets", "describe_subscribers_for_notification", "Subscribers[].Address", _ABSENT, **asked)}

    return each(subscribed, aws.find("budgets", "describe_notifications_for_budget", "Notifications[]", _ABSENT, **where))


def _notification(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"NotificationType": one["of"], "ComparisonOperator": one["how"], "Threshold": one["at"], "ThresholdType": one["in"]}


def hands(goal: model.Goal) -> model.Calls:
    notices = [{"Notification": _notification(one), "Subscribers": _subscribers(one)} for one in goal.fields["told"]]
    if not goal.id:
        asked = {"AccountId": goal.once["account"], "Budget": _asked(goal), "NotificationsWithSubscribers": notices}
        yield model.Api("budgets", "create_budget", asked)
        return
    account = goal.id.split(":")[4]
    if goal.differs("monthly_usd", "unit", "covers"):
        yield model.Api("budgets", "update_budget", {"AccountId": account, "NewBudget": _asked(goal)})
    where = {"AccountId": account, "BudgetName": goal.name}
    for one in goal.before["told"]:
        if one not in goal.fields["told"]:
            yield model.Api("budgets", "delete_notification", {**where, "Notification": _notification(one)})
    for one, notice in zip(goal.fields["told"], notices, strict=True):
        if one not in goal.before["told"]:
            yield model.Api("budgets", "create_notification", {**where, **notice})


def _asked(goal: model.Goal) -> dict[str, Any]:
    limit = {"Amount": f"{goal.fields['monthly_usd']:.2f}", "Unit": "USD"}
    covers = {"CostFilters": goal.fields["covers"]} if goal.fields["covers"] else {}
    return {"BudgetName": goal.name, "BudgetLimit": limit, "TimeUnit": goal.fields["unit"], "BudgetType": "COST", **covers}


def _subscribers(one: Mapping[str, Any]) -> list[dict[str, str]]:
    """Topics have an ARN in place of an address."""
    return [{"SubscriptionType": "SNS" if address.startswith("arn:") else "EMAIL", "Address": address} for address in one["to"]]


def remove(seen: model.Seen) -> model.Calls:
    yield model.Api("budgets", "delete_budget", {"AccountId": seen.id.split(":")[4], "BudgetName": seen.resource.name})
