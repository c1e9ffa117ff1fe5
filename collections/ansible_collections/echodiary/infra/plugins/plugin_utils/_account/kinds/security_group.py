# SPDX-License-Identifier: GPL-3.0-or-later
"""A group for each role, and for each thing that hosts ask. What it lets through is ``packets.py``: groups name each other there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .. import model
from . import tags, vpc

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "security_group"
EFFECT: model.Effects = {"vpc": model.REPLACE, "description": model.REPLACE}
KEPT = False
EVENTS = "ec2"
READS: model.Rights = ("ec2:DescribeSecurityGroups",)
WRITES: model.Rights = ("ec2:DescribeTags", "ec2:CreateSecurityGroup", "ec2:CreateTags", "ec2:DeleteSecurityGroup")
#: made by AWS with the network, and as long there
DEFAULT = "default"
#: of the load balancer
BALANCER = "balancer"


def declared(env: Environment) -> Iterator[model.Wanted]:
    for role in env.roles:
        yield _one(env, role, f"{role} hosts of {env.prefix}")
    for store in env.stores:
        yield _one(env, store, f"{store} of {env.prefix}")
    if env.declared["balancer"]:
        yield _one(env, BALANCER, f"{BALANCER} of {env.prefix}")


def _one(env: Environment, what: str, description: str) -> model.Wanted:
    name = env.called(what)
    fields = {"vpc": model.Ref(vpc.NAME, env.prefix), "description": description, "tags": env.tags(name)}
    return model.Wanted(model.Resource(NAME, name), fields)


def found(aws: Aws, env: Environment) -> list[Any]:
    filters = vpc.within(aws, env)
    return aws.find("ec2", "describe_security_groups", "SecurityGroups[]", Filters=filters) if filters else []


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for one in found(aws, env):
        if one["GroupName"] != DEFAULT:
            given = tags.read(one.get("Tags"))
            fields = {"vpc": one["VpcId"], "description": one["Description"], "tags": tags.compared(given, env)}
            yield model.Seen(model.Resource(NAME, one["GroupName"]), one["GroupId"], fields, tags.are_ours(given, env))


def hands(goal: model.Goal) -> model.Calls:
    """One that is there gets its tags and no more: asked for the group again, the module would let out whatever it says nothing of."""
    if goal.id:
        yield tags.given(goal)
        return
    what = {"name": goal.name, "vpc_id": goal.fields["vpc"], "description": goal.fields["description"]}
    yield model.Module("amazon.aws.ec2_security_group", {**what, "tags": goal.fields["tags"]})


def remove(seen: model.Seen) -> model.Calls:
    yield model.Module("amazon.aws.ec2_security_group", {"group_id": seen.id, "state": "absent"})
