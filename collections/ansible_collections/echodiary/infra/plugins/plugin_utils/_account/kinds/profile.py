# SPDX-License-Identifier: GPL-3.0-or-later
"""What gives an instance its role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import model
from . import role, tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "profile"
EFFECT: model.Effects = {}
KEPT = False
EVENTS = "iam"
READS: model.Rights = ("iam:ListInstanceProfiles", "iam:GetInstanceProfile")
WRITES: model.Rights = (
    "iam:CreateInstanceProfile",
    "iam:AddRoleToInstanceProfile",
    "iam:RemoveRoleFromInstanceProfile",
    "iam:TagInstanceProfile",
    "iam:PassRole",
    "iam:DeleteInstanceProfile",
)


def declared(env: Environment) -> Iterator[model.Wanted]:
    for one in env.roles:
        name = env.called(one)
        yield model.Wanted(model.Resource(NAME, name), {"role": model.Ref(role.NAME, name), "tags": env.tags(name)})


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for one in aws.find("iam", "list_instance_profiles", "InstanceProfiles[]"):
        name = one["InstanceProfileName"]
        if name.startswith(f"{env.prefix}-"):
            given = tags.read(aws.find("iam", "get_instance_profile", "InstanceProfile.Tags[]", InstanceProfileName=name))
            fields = {"role": next((its["Arn"] for its in one["Roles"]), None), "tags": tags.compared(given, env)}
            yield model.Seen(model.Resource(NAME, name), one["Arn"], fields, tags.are_ours(given, env))


def hands(goal: model.Goal) -> model.Calls:
    args = {"name": goal.name, "role": (goal.fields["role"] or "").rpartition("/")[2], "tags": goal.fields["tags"], "purge_tags": False}
    yield model.Module("amazon.aws.iam_instance_profile", args)


def remove(seen: model.Seen) -> model.Calls:
    yield model.Module("amazon.aws.iam_instance_profile", {"name": seen.resource.name, "state": "absent"})
