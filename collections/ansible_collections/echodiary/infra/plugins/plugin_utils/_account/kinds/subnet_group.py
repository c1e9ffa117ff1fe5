# SPDX-License-Identifier: GPL-3.0-or-later
"""The private subnets that a database may stand in. AWS wants them in two zones, also for one that stands in a single one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import model
from . import subnet, tags, vpc

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "subnet_group"
EFFECT: model.Effects = {}
KEPT = False
EVENTS = "rds"
READS: model.Rights = ("rds:DescribeDBSubnetGroups", "rds:ListTagsForResource")
WRITES: model.Rights = ("rds:CreateDBSubnetGroup", "rds:ModifyDBSubnetGroup", "rds:AddTagsToResource", "rds:DeleteDBSubnetGroup")


def called(env: Environment) -> str:
    return env.called("database")


def declared(env: Environment) -> Iterator[model.Wanted]:
    if env.declared["database"]:
        name = called(env)
        fields = {"description": f"private subnets of {env.prefix}", "subnets": subnet.refs(env, "private"), "tags": env.tags(name)}
        yield model.Wanted(model.Resource(NAME, name), fields)


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    there = vpc.ids(aws, env)
    for one in aws.find("rds", "describe_db_subnet_groups", "DBSubnetGroups[]"):
        if one["DBSubnetGroupName"] == called(env) or one["VpcId"] in there:
            yield _seen(one, tags.read(aws.find("rds", "list_tags_for_resource", "TagList[]", ResourceName=one["DBSubnetGroupArn"])), env)


def _seen(one: Mapping[str, Any], given: Mapping[str, str], env: Environment) -> model.Seen:
    subnets = [place["SubnetIdentifier"] for place in one["Subnets"]]
    fields = {"description": one["DBSubnetGroupDescription"], "subnets": subnets, "tags": tags.compared(given, env)}
    return model.Seen(model.Resource(NAME, one["DBSubnetGroupName"]), one["DBSubnetGroupArn"], fields, tags.are_ours(given, env))


def hands(goal: model.Goal) -> model.Calls:
    what = {"description": goal.fields["description"], "subnets": goal.fields["subnets"]}
    yield model.Module(
        "amazon.aws.rds_subnet_group", {"name": goal.name, **what, "tags": goal.fields["tags"], "purge_tags": False, "state": "present"}
    )


def remove(seen: model.Seen) -> model.Calls:
    yield model.Module("amazon.aws.rds_subnet_group", {"name": seen.resource.name, "state": "absent"})
