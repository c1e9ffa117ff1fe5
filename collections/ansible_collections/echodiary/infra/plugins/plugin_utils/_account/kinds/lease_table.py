# SPDX-License-Identifier: GPL-3.0-or-later
"""Where deploys say that they are under way, so that no host has to be up for it: ``echodiary_lease`` names it.

It is never removed: with it would go what was counted to tell an overtaken run that it is one. Changed by AWS's own operations: the module
does not know that a table can be protected from deletion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import model, rights
from . import tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "lease_table"
EFFECT: model.Effects = {"key": model.REPLACE}
KEPT = True
EVENTS = "dynamodb"
READS: model.Rights = ("dynamodb:DescribeTable", "dynamodb:ListTagsOfResource")
WRITES: model.Rights = ("dynamodb:CreateTable", "dynamodb:UpdateTable", "dynamodb:TagResource")
REMOVES: model.Rights = ("dynamodb:DeleteTable",)
_KEY = "name"


def declared(env: Environment) -> Iterator[model.Wanted]:
    name = rights.lease_table(env)
    yield model.Wanted(model.Resource(NAME, name), {"key": _KEY, "billing": "PAY_PER_REQUEST", "protected": True, "tags": env.tags(name)})


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    name = rights.lease_table(env)
    for one in aws.find("dynamodb", "describe_table", "Table", ("ResourceNotFoundException",), TableName=name):
        given = tags.read(aws.find("dynamodb", "list_tags_of_resource", "Tags[]", ResourceArn=one["TableArn"]))
        key = ",".join(part["AttributeName"] for part in one["KeySchema"])
        # said of tables alone that were ever paid by request
        billing = (one.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
        fields = {"key": key, "billing": billing, "protected": bool(one.get("DeletionProtectionEnabled"))}
        fields["tags"] = tags.compared(given, env)
        state = one["TableStatus"]
        yield model.Seen(model.Resource(NAME, name), one["TableArn"], fields, tags.are_ours(given, env), state == "ACTIVE", state)


def hands(goal: model.Goal) -> model.Calls:
    """AWS does one thing to a table at a time: what else differs is done when that is over."""
    name, paid, guarded = {"TableName": goal.name}, _paid(goal.fields), {"DeletionProtectionEnabled": goal.fields["protected"]}
    if not goal.id:
        key = {"AttributeDefinitions": [{"AttributeName": _KEY, "AttributeType": "S"}]}
        key |= {"KeySchema": [{"AttributeName": _KEY, "KeyType": "HASH"}]}
        yield model.Api("dynamodb", "create_table", {**name, **key, **paid, **guarded, "Tags": tags.written(goal.fields["tags"])})
        return
    if goal.differs("tags"):
        yield model.Api("dynamodb", "tag_resource", {"ResourceArn": goal.id, "Tags": tags.written(goal.fields["tags"])})
    if goal.differs("protected"):
        yield model.Api("dynamodb", "update_table", {**name, **guarded})
    elif goal.differs("billing"):
        yield model.Api("dynamodb", "update_table", {**name, **paid})


def _paid(fields: Mapping[str, Any]) -> dict[str, Any]:
    some = {"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}
    return {"BillingMode": fields["billing"], **(some if fields["billing"] == "PROVISIONED" else {})}


def remove(seen: model.Seen) -> model.Calls:
    if seen.fields["protected"]:
        yield model.Api("dynamodb", "update_table", {"TableName": seen.resource.name, "DeletionProtectionEnabled": False})
    yield model.Api("dynamodb", "delete_table", {"TableName": seen.resource.name})
