# SPDX-License-Identifier: GPL-3.0-or-later
"""A key of one's own, where the keys that AWS keeps are not enough. What was encrypted with it is lost with it: it is never removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import model
from . import tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "key"
EFFECT: model.Effects = {}
KEPT = True
READS: model.Rights = ("kms:ListAliases", "kms:DescribeKey", "kms:GetKeyRotationStatus", "kms:ListResourceTags")
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
)


def declared(env: Environment) -> Iterator[model.Wanted]:
    if env.declared["key"]:
        fields = {"enabled": True, "rotated": True, "description": f"What {env.prefix} keeps"}
        yield model.Wanted(model.Resource(NAME, env.prefix), {**fields, "tags": env.tags(env.prefix)})


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for found in aws.find("kms", "list_aliases", "Aliases[]"):
        if found["AliasName"] == f"alias/{env.prefix}" and found.get("TargetKeyId"):
            yield _seen(aws, env, found["TargetKeyId"])


def _seen(aws: Aws, env: Environment, identity: str) -> model.Seen:
    one = aws.one("kms", "describe_key", "KeyMetadata", KeyId=identity)
    rotated = bool(aws.one("kms", "get_key_rotation_status", "KeyRotationEnabled", KeyId=identity))
    pairs = aws.find("kms", "list_resource_tags", "Tags[]", KeyId=identity)
    given = {pair["TagKey"]: pair["TagValue"] for pair in pairs}
    fields = {"enabled": one["KeyState"] == "Enabled", "rotated": rotated, "description": one["Description"]}
    fields["tags"] = tags.compared(given, env)
    return model.Seen(model.Resource(NAME, env.prefix), identity, fields, tags.are_ours(given, env), state=one["KeyState"])


def hands(goal: model.Goal) -> model.Calls:
    what = {"enable_key_rotation": goal.fields["rotated"], "enabled": goal.fields["enabled"], "description": goal.fields["description"]}
    known = {"key_id": goal.id} if goal.id else {"alias": goal.name}
    yield model.Module("amazon.aws.kms_key", {**known, **what, "tags": goal.fields["tags"], "purge_tags": False})


def remove(seen: model.Seen) -> model.Calls:
    yield model.Module("amazon.aws.kms_key", {"key_id": seen.id, "state": "absent"})
