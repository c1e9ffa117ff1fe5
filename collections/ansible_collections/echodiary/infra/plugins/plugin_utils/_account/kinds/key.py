# SPDX-License-Identifier: GPL-3.0-or-later
"""A key of one's own, where the keys that AWS keeps are not enough. What was encrypted with it is lost with it: it is never removed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .. import model
from . import tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "key"
EFFECT: model.Effects = {}
KEPT = True
READS: model.Rights = ("kms:ListAliases", "kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags")
WRITES: model.Rights = (
    "kms:GetKeyPolicy",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:CreateKey",
    "kms:CreateAlias",
    "kms:EnableKeyRotation",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:DisableKey",
    "kms:UpdateKeyDescription",
    "kms:TagResource",
    "kms:CancelKeyDeletion",
    "kms:PutKeyPolicy",
)
#: for its deletion; and what AWS says of whether such a one is rotated
_WAITS, _GOING = "PendingDeletion", ("KMSInvalidStateException",)


def declared(env: Environment) -> Iterator[model.Wanted]:
    if env.declared["key"]:
        fields = {"kept": True, "enabled": True, "rotated": True, "description": f"What {env.prefix} keeps"}
        yield model.Wanted(model.Resource(NAME, env.prefix), {**fields, "policy": _policy(env), "tags": env.tags(env.prefix)})


def _policy(env: Environment) -> dict[str, Any]:
    """As AWS gives one: roles of the account say who may use it."""
    whole = {"Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": {"AWS": env.arn("iam", "root", everywhere=True)}}
    return {"Version": "2012-10-17", "Id": "key-default-1", "Statement": [{**whole, "Action": "kms:*", "Resource": "*"}]}


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for found in aws.find("kms", "list_aliases", "Aliases[]"):
        if found["AliasName"] == f"alias/{env.prefix}" and found.get("TargetKeyId"):
            yield _seen(aws, env, found["TargetKeyId"])


def _seen(aws: Aws, env: Environment, identity: str) -> model.Seen:
    one = aws.one("kms", "describe_key", "KeyMetadata", KeyId=identity)
    rotated = bool(aws.one("kms", "get_key_rotation_status", "KeyRotationEnabled", _GOING, KeyId=identity))
    policy = json.loads(aws.one("kms", "get_key_policy", "Policy", KeyId=identity, PolicyName="default") or "null")
    pairs = aws.find("kms", "list_resource_tags", "Tags[]", KeyId=identity)
    given = {pair["TagKey"]: pair["TagValue"] for pair in pairs}
    fields = {"kept": one["KeyState"] != _WAITS, "enabled": one["KeyState"] == "Enabled", "rotated": rotated}
    fields["description"] = one["Description"]
    fields |= {"policy": policy, "tags": tags.compared(given, env)}
    return model.Seen(model.Resource(NAME, env.prefix), identity, fields, tags.are_ours(given, env), state=one["KeyState"])


def hands(goal: model.Goal) -> model.Calls:
    if goal.id and goal.differs("kept"):
        # the module asks whether it is rotated, which AWS does not say of one that waits
        yield model.Api("kms", "cancel_key_deletion" if goal.fields["kept"] else "schedule_key_deletion", {"KeyId": goal.id})
    what = {"enable_key_rotation": goal.fields["rotated"], "enabled": goal.fields["enabled"], "description": goal.fields["description"]}
    known = {"key_id": goal.id} if goal.id else {"alias": goal.name}
    rest = {"policy": json.dumps(goal.fields["policy"]), "tags": goal.fields["tags"], "purge_tags": False}
    yield model.Module("amazon.aws.kms_key", {**known, **what, **rest})


def remove(seen: model.Seen) -> model.Calls:
    yield model.Module("amazon.aws.kms_key", {"key_id": seen.id, "state": "absent"})
