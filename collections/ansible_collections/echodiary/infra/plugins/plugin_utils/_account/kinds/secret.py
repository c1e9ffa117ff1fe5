# SPDX-License-Identifier: GPL-3.0-or-later
"""What the application and its hosts are told and nobody else: made once, never shown, never compared.

Changed by AWS's own operations: the module wants to know what is in it, in every run.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import model, rights
from . import tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "secret"
EFFECT: model.Effects = {}
KEPT = True
EVENTS = "secretsmanager"
READS: model.Rights = ("secretsmanager:ListSecrets", "secretsmanager:GetResourcePolicy")
WRITES: model.Rights = (
    "secretsmanager:CreateSecret",
    "secretsmanager:RestoreSecret",
    "secretsmanager:UpdateSecret",
    "secretsmanager:TagResource",
    "secretsmanager:CancelRotateSecret",
    "secretsmanager:RotateSecret",
    "secretsmanager:PutResourcePolicy",
    "secretsmanager:DeleteResourcePolicy",
)
LEAVES: model.Rights = ()
REMOVES: model.Rights = ("secretsmanager:DeleteSecret",)
#: what is made up for it
GENERATED = (
    "database_password",
    "database_migrate_password",
    "database_admin_password",
    "postgres_exporter_password",
    "grafana_admin_password",
)
_LENGTH = 32


def declared(env: Environment) -> Iterator[model.Wanted]:
    name = rights.secret_name(env)
    fields = {"there": True, "description": f"Passwords of {env.prefix}", "tags": env.tags(name)}
    # passwords that a function of somebody's exchanges are those of nobody; who may read it is said by roles
    fields |= {"rotated": False, "policy": None}
    yield model.Wanted(model.Resource(NAME, name), fields)


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    """One that waits for its deletion is seen too: its name is taken, and it can be had back."""
    filters = [{"Key": "name", "Values": [rights.secret_name(env)]}]
    for one in aws.find("secretsmanager", "list_secrets", "SecretList[]", IncludePlannedDeletion=True, Filters=filters):
        if one["Name"] == rights.secret_name(env):
            given = tags.read(one.get("Tags"))
            fields = {"there": "DeletedDate" not in one, "description": one.get("Description"), "tags": tags.compared(given, env)}
            fields |= {"rotated": bool(one.get("RotationEnabled")), "policy": _policy(aws, one)}
            yield model.Seen(model.Resource(NAME, one["Name"]), one["ARN"], fields, tags.are_ours(given, env))


def _policy(aws: Aws, one: Mapping[str, Any]) -> Any:
    """Of one that waits for its deletion AWS tells none; once it is back, the next look does."""
    if "DeletedDate" in one:
        return None
    return json.loads(aws.one("secretsmanager", "get_resource_policy", "ResourcePolicy", SecretId=one["ARN"]) or "null")


def hands(goal: model.Goal) -> model.Calls:
    if not goal.id:
        yield model.Api("secretsmanager", "create_secret", _made(goal))
        return
    if goal.fields["there"] and goal.differs("there"):
        yield model.Api("secretsmanager", "restore_secret", {"SecretId": goal.id})
    if goal.differs("description"):
        yield model.Api("secretsmanager", "update_secret", {"SecretId": goal.id, "Description": goal.fields["description"] or ""})
    if goal.differs("rotated"):
        yield _rotated(goal)
    if goal.differs("policy"):
        yield _shared(goal)
    if goal.differs("tags"):
        yield model.Api("secretsmanager", "tag_resource", {"SecretId": goal.id, "Tags": tags.written(goal.fields["tags"])})


def _rotated(goal: model.Goal) -> model.Api:
    if goal.fields["rotated"]:
        return model.Api("secretsmanager", "rotate_secret", {"SecretId": goal.id, "RotateImmediately": False})
    return model.Api("secretsmanager", "cancel_rotate_secret", {"SecretId": goal.id})


def _shared(goal: model.Goal) -> model.Api:
    if not goal.fields["policy"]:
        return model.Api("secretsmanager", "delete_resource_policy", {"SecretId": goal.id})
    text = json.dumps(goal.fields["policy"], sort_keys=True)
    return model.Api("secretsmanager", "put_resource_policy", {"SecretId": goal.id, "ResourcePolicy": text})


def _made(goal: model.Goal) -> dict[str, model.Json]:
    owner = goal.name.partition("/")[0].replace("-", "_")
    # Whose the first two are stands beside them: logins take turns when a password is changed.
    logins = {"database_user": f"{owner}_app", "database_migrate_user": owner}
    content = {**logins, **{name: secrets.token_urlsafe(_LENGTH) for name in GENERATED}}
    what = {"Name": goal.name, "Description": goal.fields["description"], "Tags": tags.written(goal.fields["tags"])}
    return {**what, "SecretString": json.dumps(content)}


def stays(aws: Aws, seen: model.Seen) -> model.Stays | None:
    del aws
    return None if seen.fields["there"] else model.Stays("waits for its deletion; provision takes it back until then")


def remove(seen: model.Seen) -> model.Calls:
    """It can be had back for a month."""
    yield model.Api("secretsmanager", "delete_secret", {"SecretId": seen.id, "RecoveryWindowInDays": 30})
