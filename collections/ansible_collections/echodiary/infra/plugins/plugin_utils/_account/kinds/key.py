# SPDX-License-Identifier: GPL-3.0-or-later
"""A key of one's own, where the keys that AWS keeps are not enough. What was encrypted with it is lost with it: it is never removed.

Made by AWS's own operations, changed by the module: that one makes a second key where the answer to its request is lost. It is known by its
alias, and by our tags where it has none (yet).
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

NAME = "key"
EFFECT: model.Effects = {}
KEPT = True
EVENTS = "kms"
READS: model.Rights = (
    "kms:ListAliases",
    "kms:ListKeys",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListResourceTags",
)
WRITES: model.Rights = (
    "kms:GetKeyPolicy",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:CreateKey",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:EnableKeyRotation",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:DisableKey",
    "kms:UpdateKeyDescription",
    "kms:TagResource",
    "kms:CancelKeyDeletion",
    "kms:PutKeyPolicy",
)
LEAVES: model.Rights = ()
#: for its deletion; and what AWS says of whether such a one is rotated
_WAITS, _GOING = "PendingDeletion", ("KMSInvalidStateException",)


def declared(env: Environment) -> Iterator[model.Wanted]:
    if env.declared["key"]:
        fields = {"kept": True, "enabled": True, "rotated": True, "alias": _alias(env), "description": f"What {env.prefix} keeps"}
        yield model.Wanted(model.Resource(NAME, env.prefix), {**fields, "policy": _policy(env), "tags": env.tags(env.prefix)})


def _policy(env: Environment) -> dict[str, Any]:
    """As AWS gives one: roles of the account say who may use it."""
    whole = {"Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": {"AWS": env.arn("iam", "root", everywhere=True)}}
    return {"Version": "2012-10-17", "Id": "key-default-1", "Statement": [{**whole, "Action": "kms:*", "Resource": "*"}]}


def _alias(env: Environment) -> str:
    return f"alias/{env.prefix}"


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    aliases = aws.find("kms", "list_aliases", "Aliases[]")
    named = [one["TargetKeyId"] for one in aliases if one["AliasName"] == _alias(env) and one.get("TargetKeyId")]
    for identity in named:
        yield _seen(aws, env, identity, _alias(env))
    if env.declared["key"] and not named:
        known = {one.get("TargetKeyId") for one in aliases}
        nameless = [one for one in aws.find("kms", "list_keys", "Keys[].KeyId") if one not in known]
        yield from (seen for seen in (_seen(aws, env, one, None) for one in nameless if _is_ours(aws, env, one)) if seen.fields["kept"])


def _is_ours(aws: Aws, env: Environment, identity: str) -> bool:
    """A key of others may say nothing of itself."""
    given = _tags(aws.find("kms", "list_resource_tags", "Tags[]", ("AccessDeniedException",), KeyId=identity))
    return tags.are_ours(given, env) and given.get("Name") == env.prefix


def _tags(pairs: list[Any]) -> dict[str, str]:
    return {pair["TagKey"]: pair["TagValue"] for pair in pairs}


def _seen(aws: Aws, env: Environment, identity: str, alias: str | None) -> model.Seen:
    one = aws.one("kms", "describe_key", "KeyMetadata", KeyId=identity)
    rotated = bool(aws.one("kms", "get_key_rotation_status", "KeyRotationEnabled", _GOING, KeyId=identity))
    policy = json.loads(aws.one("kms", "get_key_policy", "Policy", KeyId=identity, PolicyName="default") or "null")
    given = _tags(aws.find("kms", "list_resource_tags", "Tags[]", KeyId=identity))
    fields = {"kept": one["KeyState"] != _WAITS, "enabled": one["KeyState"] == "Enabled", "rotated": rotated}
    fields |= {"alias": alias, "description": one["Description"], "policy": policy, "tags": tags.compared(given, env)}
    return model.Seen(model.Resource(NAME, env.prefix), identity, fields, tags.are_ours(given, env), state=one["KeyState"])


def hands(goal: model.Goal) -> model.Calls:
    key, policy = goal.id, json.dumps(goal.fields["policy"])
    if not key:
        given = [{"TagKey": name, "TagValue": value} for name, value in sorted(goal.fields["tags"].items())]
        made = yield model.Api("kms", "create_key", {"Description": goal.fields["description"], "Policy": policy, "Tags": given})
        key = made["KeyMetadata"]["KeyId"]
    elif goal.differs("kept"):
        # the module asks whether it is rotated, which AWS does not say of one that waits
        yield model.Api("kms", "cancel_key_deletion" if goal.fields["kept"] else "schedule_key_deletion", {"KeyId": key})
    if goal.fields["alias"] and goal.differs("alias"):
        yield model.Api("kms", "create_alias", {"AliasName": goal.fields["alias"], "TargetKeyId": key})
    elif goal.differs("alias"):
        yield model.Api("kms", "delete_alias", {"AliasName": goal.before["alias"]})
    what = {"enable_key_rotation": goal.fields["rotated"], "enabled": goal.fields["enabled"], "description": goal.fields["description"]}
    yield model.Module("amazon.aws.kms_key", {"key_id": key, **what, "policy": policy, "tags": goal.fields["tags"], "purge_tags": False})


def stays(aws: Aws, seen: model.Seen) -> model.Stays | None:
    """A snapshot or a copy in another place may be encrypted with it."""
    del aws
    if not seen.fields["kept"]:
        return model.Stays("waits for its deletion")
    command = f"aws kms schedule-key-deletion --pending-window-in-days 30 --key-id {seen.id}"
    return model.Stays("what was encrypted with it could be read by nobody any more", "key", 1, command)


def remove(seen: model.Seen) -> model.Calls:
    yield model.Module("amazon.aws.kms_key", {"key_id": seen.id, "state": "absent"})
