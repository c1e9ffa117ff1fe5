# SPDX-License-Identifier: GPL-3.0-or-later
"""DynamoDB: a table is changed when it is ready, and only where something is asked for."""

from __future__ import annotations

from typing import Any

from ..errors import RefusedError
from . import Asked, after, before

_CHANGES = (
    "ProvisionedThroughput", "BillingMode", "StreamSpecification", "GlobalSecondaryIndexUpdates", "SSESpecification", "ReplicaUpdates",
    "TableClass", "DeletionProtectionEnabled", "OnDemandThroughput", "WarmThroughput", "AttributeDefinitions",
)  # fmt: skip


def busy_name(asked: Asked) -> str:
    return f"table:{asked.call.region}:{str(asked.get('TableName')).rpartition('/')[2]}"


@before("dynamodb:UpdateTable", "dynamodb:DeleteTable")
def nothing_under_way(asked: Asked) -> None:
    waits = asked.memory.busy.get(busy_name(asked))
    if waits is not None and not waits.over:
        message = (
            f"Attempt to change a resource which is still in use: Table is being {'created' if waits.status == 'CREATING' else 'updated'}"
        )
        raise RefusedError("ResourceInUseException", message)


@before("dynamodb:UpdateTable")
def something_is_asked_for(asked: Asked) -> None:
    if all(asked.get(name) is None for name in _CHANGES):
        message = "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates is required"
        raise RefusedError("ValidationException", message)


@before("dynamodb:CreateTable", "dynamodb:UpdateTable")
def capacity_fits_how_it_is_paid(asked: Asked) -> None:
    billing, capacity = asked.get("BillingMode"), asked.get("ProvisionedThroughput")
    if billing == "PAY_PER_REQUEST" and capacity:
        message = "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        raise RefusedError("ValidationException", f"One or more parameter values were invalid: {message}")
    if billing == "PROVISIONED" and not capacity:
        message = "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
        raise RefusedError("ValidationException", f"One or more parameter values were invalid: {message}")


@after("dynamodb:CreateTable")
def is_being_created(asked: Asked, answer: dict[str, Any]) -> dict[str, Any] | None:
    return _busy(asked, answer, "TableDescription", "CREATING")


@after("dynamodb:UpdateTable")
def is_being_updated(asked: Asked, answer: dict[str, Any]) -> dict[str, Any] | None:
    return _busy(asked, answer, "TableDescription", "UPDATING")


def _busy(asked: Asked, answer: dict[str, Any], key: str, status: str) -> dict[str, Any] | None:
    asked.memory.begin(busy_name(asked), status)
    return {**answer, key: {**answer[key], "TableStatus": status}}


@after("dynamodb:DescribeTable")
def as_it_stands(asked: Asked, answer: dict[str, Any]) -> dict[str, Any] | None:
    waits = asked.memory.busy.get(busy_name(asked))
    status = waits.look() if waits else None
    return {**answer, "Table": {**answer["Table"], "TableStatus": status}} if status else None


@after("dynamodb:DeleteTable")
def nothing_is_left_of_it(asked: Asked, answer: dict[str, Any]) -> None:
    asked.memory.busy.pop(busy_name(asked), None)
