# SPDX-License-Identifier: GPL-3.0-or-later
"""The network. Found by its name, or by our tags and its address range where somebody renamed it.

Made by AWS's own operation, changed by the module: that one sends a request again whose answer was lost, and AWS, which takes no token for
a network, makes a second one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .. import model
from . import tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "vpc"
EFFECT: model.Effects = {"cidr": model.REPLACE, "tenancy": model.REPLACE}
KEPT = False
EVENTS = "ec2"
READS: model.Rights = ("ec2:DescribeVpcs", "ec2:DescribeVpcAttribute")
WRITES: model.Rights = ("ec2:CreateVpc", "ec2:ModifyVpcAttribute", "ec2:CreateTags", "ec2:DeleteVpc")
_SWITCHES = {"dns_support": "enableDnsSupport", "dns_hostnames": "enableDnsHostnames"}


def declared(env: Environment) -> Iterator[model.Wanted]:
    fields = {"cidr": env.declared["network"]["cidr"], "tenancy": "default", "dns_support": True, "dns_hostnames": True}
    yield model.Wanted(model.Resource(NAME, env.prefix), {**fields, "tags": env.tags(env.prefix)})


def found(aws: Aws, env: Environment) -> list[Any]:
    """As AWS describes them: more than one where two have our name."""
    cidr = env.declared["network"]["cidr"]
    every = [(one, tags.read(one.get("Tags"))) for one in aws.find("ec2", "describe_vpcs", "Vpcs[]")]
    named = [one for one, given in every if given.get("Name") == env.prefix]
    return named or [one for one, given in every if tags.are_ours(given, env) and one["CidrBlock"] == cidr]


def ids(aws: Aws, env: Environment) -> list[str]:
    return [one["VpcId"] for one in found(aws, env)]


def others(aws: Aws, env: Environment) -> list[tuple[str, str]]:
    """Id and address range of every other network of the account."""
    mine = ids(aws, env)
    return [(one["VpcId"], one["CidrBlock"]) for one in aws.find("ec2", "describe_vpcs", "Vpcs[]") if one["VpcId"] not in mine]


def within(aws: Aws, env: Environment) -> list[dict[str, Any]] | None:
    """The filter of EC2 for what is in it; None where there is no network."""
    there = ids(aws, env)
    return [{"Name": "vpc-id", "Values": there}] if there else None


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for one in found(aws, env):
        given = tags.read(one.get("Tags"))
        fields = {"cidr": one["CidrBlock"], "tenancy": one["InstanceTenancy"], "tags": tags.compared(given, env)}
        switches = {field: _switch(aws, one["VpcId"], attribute) for field, attribute in _SWITCHES.items()}
        resource = model.Resource(NAME, env.prefix)
        yield model.Seen(resource, one["VpcId"], {**fields, **switches}, tags.are_ours(given, env), one["State"] == "available")


def _switch(aws: Aws, vpc: str, attribute: str) -> bool:
    path = f"{attribute[0].upper()}{attribute[1:]}.Value"
    return bool(aws.one("ec2", "describe_vpc_attribute", path, VpcId=vpc, Attribute=attribute))


def hands(goal: model.Goal) -> model.Calls:
    network = goal.id
    if not network:
        given = [{"ResourceType": "vpc", "Tags": tags.written(goal.fields["tags"])}]
        what = {"CidrBlock": goal.fields["cidr"], "InstanceTenancy": goal.fields["tenancy"]}
        made = yield model.Api("ec2", "create_vpc", {**what, "TagSpecifications": given})
        network = made["Vpc"]["VpcId"]
    args = {"cidr_block": [goal.fields["cidr"]], "name": goal.fields["tags"].get("Name", goal.name), "vpc_id": network}
    rest = {"tags": goal.fields["tags"], "purge_tags": False}
    yield model.Module("amazon.aws.ec2_vpc_net", {**args, **rest, **{field: goal.fields[field] for field in _SWITCHES}})


def remove(seen: model.Seen) -> model.Calls:
    yield model.Module("amazon.aws.ec2_vpc_net", {"vpc_id": seen.id, "name": seen.resource.name, "state": "absent"})
