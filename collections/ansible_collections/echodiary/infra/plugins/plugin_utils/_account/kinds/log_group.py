# SPDX-License-Identifier: GPL-3.0-or-later
"""Where hosts of a role write their logs, and for how long they are kept.

Changed by AWS's own operations: the module deletes a group whose days it does not know (2557, say), with all that is in it, and sets
them also when it is only asked to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import model, rights
from . import tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "log_group"
EFFECT: model.Effects = {}
KEPT = True
EVENTS = "logs"
READS: model.Rights = ("logs:DescribeLogGroups", "logs:ListTagsForResource")
WRITES: model.Rights = ("logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy", "logs:TagResource")
REMOVES: model.Rights = ("logs:DeleteLogGroup",)


def declared(env: Environment) -> Iterator[model.Wanted]:
    for role in env.roles:
        name = rights.log_group(env, role)
        yield model.Wanted(model.Resource(NAME, name), {"days": env.declared["logs_days"], "tags": env.tags(name)})


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for one in aws.find("logs", "describe_log_groups", "logGroups[]", logGroupNamePrefix=rights.log_group(env, "")):
        arn = one["arn"].removesuffix(":*")
        given = aws.one("logs", "list_tags_for_resource", "tags", resourceArn=arn) or {}
        fields = {"days": one.get("retentionInDays"), "tags": tags.compared(given, env)}
        yield model.Seen(model.Resource(NAME, one["logGroupName"]), arn, fields, tags.are_ours(given, env))


def hands(goal: model.Goal) -> model.Calls:
    if not goal.id:
        yield model.Api("logs", "create_log_group", {"logGroupName": goal.name, "tags": goal.fields["tags"]})
    elif goal.differs("tags"):
        yield model.Api("logs", "tag_resource", {"resourceArn": goal.id, "tags": goal.fields["tags"]})
    if goal.differs("days"):
        yield _kept(goal.name, goal.fields["days"])


def _kept(name: str, days: int | None) -> model.Api:
    if days is None:
        return model.Api("logs", "delete_retention_policy", {"logGroupName": name})
    return model.Api("logs", "put_retention_policy", {"logGroupName": name, "retentionInDays": days})


def remove(seen: model.Seen) -> model.Calls:
    yield model.Api("logs", "delete_log_group", {"logGroupName": seen.resource.name})
