# SPDX-License-Identifier: GPL-3.0-or-later
"""The private subnets that a cache may stand in.

Made, and given its tags, by AWS's own operations: the module knows no tags, and what it leaves could not be told from somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import model
from . import subnet, tags, vpc

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "cache_subnet_group"
EFFECT: model.Effects = {}
KEPT = False
EVENTS = "elasticache"
READS: model.Rights = ("elasticache:DescribeCacheSubnetGroups", "elasticache:ListTagsForResource")
WRITES: model.Rights = (
    "elasticache:CreateCacheSubnetGroup",
    "elasticache:ModifyCacheSubnetGroup",
    "elasticache:AddTagsToResource",
    "elasticache:DeleteCacheSubnetGroup",
)


def called(env: Environment) -> str:
    return env.called("cache")


def declared(env: Environment) -> Iterator[model.Wanted]:
    if env.declared["cache"]:
        name = called(env)
        fields = {"description": f"private subnets of {env.prefix}", "subnets": subnet.refs(env, "private"), "tags": env.tags(name)}
        yield model.Wanted(model.Resource(NAME, name), fields)


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    there = vpc.ids(aws, env)
    for one in aws.find("elasticache", "describe_cache_subnet_groups", "CacheSubnetGroups[]"):
        if one["CacheSubnetGroupName"] == called(env) or one.get("VpcId") in there:
            yield _seen(one, tags.read(aws.find("elasticache", "list_tags_for_resource", "TagList[]", ResourceName=one["ARN"])), env)


def _seen(one: Mapping[str, Any], given: Mapping[str, str], env: Environment) -> model.Seen:
    subnets = [place["SubnetIdentifier"] for place in one["Subnets"]]
    fields = {"description": one["CacheSubnetGroupDescription"], "subnets": subnets, "tags": tags.compared(given, env)}
    return model.Seen(model.Resource(NAME, one["CacheSubnetGroupName"]), one["ARN"], fields, tags.are_ours(given, env))


def hands(goal: model.Goal) -> model.Calls:
    if not goal.id:
        name = {"CacheSubnetGroupName": goal.name, "CacheSubnetGroupDescription": goal.fields["description"]}
        what = {"SubnetIds": goal.fields["subnets"], "Tags": tags.written(goal.fields["tags"])}
        yield model.Api("elasticache", "create_cache_subnet_group", {**name, **what})
        return
    if goal.differs("description", "subnets"):
        what = {"description": goal.fields["description"], "subnets": goal.fields["subnets"]}
        yield model.Module("community.aws.elasticache_subnet_group", {"name": goal.name, **what})
    if goal.differs("tags"):
        args = {"ResourceName": goal.id, "Tags": tags.written(goal.fields["tags"])}
        yield model.Api("elasticache", "add_tags_to_resource", args)


def remove(seen: model.Seen) -> model.Calls:
    yield model.Module("community.aws.elasticache_subnet_group", {"name": seen.resource.name, "state": "absent"})
