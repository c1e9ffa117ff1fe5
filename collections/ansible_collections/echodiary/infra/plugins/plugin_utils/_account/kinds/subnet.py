# SPDX-License-Identifier: GPL-3.0-or-later
"""A public and a private subnet for each zone. Known by its address range: two of one network cannot share it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import model
from . import tags, vpc

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "subnet"
EFFECT: model.Effects = {"cidr": model.REPLACE, "zone": model.REPLACE, "vpc": model.REPLACE}
KEPT = False
EVENTS = "ec2"
READS: model.Rights = ("ec2:DescribeSubnets",)
WRITES: model.Rights = ("ec2:DescribeTags", "ec2:CreateSubnet", "ec2:ModifySubnetAttribute", "ec2:CreateTags", "ec2:DeleteSubnet")


def called(env: Environment, side: str, zone: str) -> str:
    return env.called(f"{side}-{zone}")


def refs(env: Environment, side: str) -> list[model.Ref]:
    """``side``: public or private."""
    return [model.Ref(NAME, called(env, side, zone)) for zone, _, _ in env.zones()]


def declared(env: Environment) -> Iterator[model.Wanted]:
    for zone, public, private in env.zones():
        yield _one(env, "public", zone, public)
        yield _one(env, "private", zone, private)


def _one(env: Environment, side: str, zone: str, cidr: str) -> model.Wanted:
    name = called(env, side, zone)
    fields = {"vpc": model.Ref(vpc.NAME, env.prefix), "cidr": cidr, "zone": env.region + zone, "public_addresses": side == "public"}
    return model.Wanted(model.Resource(NAME, name), {**fields, "tags": env.tags(name)})


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    filters = vpc.within(aws, env)
    if not filters:
        return
    names = {str(one.fields["cidr"]): one.resource.name for one in declared(env)}
    for one in aws.find("ec2", "describe_subnets", "Subnets[]", Filters=filters):
        given = tags.read(one.get("Tags"))
        name = names.get(one["CidrBlock"]) or given.get("Name") or one["SubnetId"]
        fields = {"vpc": one["VpcId"], "cidr": one["CidrBlock"], "zone": one["AvailabilityZone"]}
        rest = {"public_addresses": one["MapPublicIpOnLaunch"], "tags": tags.compared(given, env)}
        yield model.Seen(model.Resource(NAME, name), one["SubnetId"], {**fields, **rest}, tags.are_ours(given, env))


def hands(goal: model.Goal) -> model.Calls:
    where = {"vpc_id": goal.fields["vpc"], "cidr": goal.fields["cidr"], "az": goal.fields["zone"]}
    what = {"map_public": goal.fields["public_addresses"], "tags": goal.fields["tags"], "purge_tags": False}
    yield model.Module("amazon.aws.ec2_vpc_subnet", {**where, **what})


def remove(seen: model.Seen) -> model.Calls:
    args = {"vpc_id": seen.fields["vpc"], "cidr": seen.fields["cidr"], "state": "absent"}
    yield model.Module("amazon.aws.ec2_vpc_subnet", args)
