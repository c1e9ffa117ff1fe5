# SPDX-License-Identifier: GPL-3.0-or-later
"""To whom alarms are told: a topic that CloudWatch of this account may write to. Who reads it is another kind (``subscription.py``).

Changed by AWS's own operations: the module's check fails as long as there is no topic, and it takes subscriptions away that people made.
It is not encrypted: with the key that AWS keeps for topics, alarms could not write to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .. import model
from . import tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "topic"
EFFECT: model.Effects = {}
KEPT = False
EVENTS = "sns"
READS: model.Rights = ("sns:GetTopicAttributes", "sns:ListTagsForResource")
WRITES: model.Rights = ("sns:CreateTopic", "sns:SetTopicAttributes", "sns:TagResource", "sns:DeleteTopic")
#: attribute -> as AWS calls it
_ATTRIBUTES = {"display_name": "DisplayName", "policy": "Policy"}


def called(env: Environment) -> str:
    return env.called("alarms")


def arn(env: Environment) -> str:
    return env.arn("sns", called(env))


def declared(env: Environment) -> Iterator[model.Wanted]:
    if env.declared["watching"]:
        fields = {"display_name": env.prefix, "policy": _policy(env), "tags": env.tags(called(env))}
        yield model.Wanted(model.Resource(NAME, called(env)), fields)


def _policy(env: Environment) -> dict[str, Any]:
    """People and programs of the account have theirs from roles: somebody else's has none."""
    mine = {"StringEquals": {"aws:SourceAccount": env.account}}
    one = {"Sid": "alarms", "Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish"}
    return {"Version": "2012-10-17", "Statement": [{**one, "Resource": arn(env), "Condition": mine}]}


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    """Also where nobody declares it any more."""
    identity = arn(env)
    for one in aws.find("sns", "get_topic_attributes", "Attributes", ("NotFound",), TopicArn=identity):
        given = tags.read(aws.find("sns", "list_tags_for_resource", "Tags[]", ResourceArn=identity))
        fields = {"display_name": one.get("DisplayName") or None, "policy": json.loads(one["Policy"]), "tags": tags.compared(given, env)}
        yield model.Seen(model.Resource(NAME, called(env)), identity, fields, tags.are_ours(given, env))


def hands(goal: model.Goal) -> model.Calls:
    if not goal.id:
        texts = {attribute: _text(goal.fields[name]) for name, attribute in _ATTRIBUTES.items()}
        yield model.Api("sns", "create_topic", {"Name": goal.name, "Attributes": texts, "Tags": tags.written(goal.fields["tags"])})
        return
    if goal.differs("tags"):
        yield model.Api("sns", "tag_resource", {"ResourceArn": goal.id, "Tags": tags.written(goal.fields["tags"])})
    for name, attribute in _ATTRIBUTES.items():
        if goal.differs(name):
            what = {"AttributeName": attribute, "AttributeValue": _text(goal.fields[name])}
            yield model.Api("sns", "set_topic_attributes", {"TopicArn": goal.id, **what})


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, sort_keys=True)


def remove(seen: model.Seen) -> model.Calls:
    """Its subscriptions go with it."""
    yield model.Api("sns", "delete_topic", {"TopicArn": seen.id})
