# SPDX-License-Identifier: GPL-3.0-or-later
"""The internet gateway.

Changed by AWS's own operations: the module makes it, then attaches it, then gives it its tags, and what it leaves when it is cut off in
between has no name by which it could be found again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .. import model
from . import tags, vpc

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "gateway"
EFFECT: model.Effects = {}
KEPT = False
EVENTS = "ec2"
READS: model.Rights = ("ec2:DescribeInternetGateways",)
WRITES: model.Rights = (
    "ec2:CreateInternetGateway",
    "ec2:AttachInternetGateway",
    "ec2:DetachInternetGateway",
    "ec2:DeleteInternetGateway",
    "ec2:CreateTags",
)


def declared(env: Environment) -> Iterator[model.Wanted]:
    yield model.Wanted(model.Resource(NAME, env.prefix), {"vpc": model.Ref(vpc.NAME, env.prefix), "tags": env.tags(env.prefix)})


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for one in _found(aws, env):
        given = tags.read(one.get("Tags"))
        attached = next((place["VpcId"] for place in one["Attachments"]), None)
        fields = {"vpc": attached, "tags": tags.compared(given, env)}
        yield model.Seen(model.Resource(NAME, env.prefix), one["InternetGatewayId"], fields, tags.are_ours(given, env))


def _found(aws: Aws, env: Environment) -> list[Any]:
    """A network has one at most: the one that is attached to ours, else the one that has our name."""
    every = aws.find("ec2", "describe_internet_gateways", "InternetGateways[]")
    there = vpc.ids(aws, env)
    attached = [one for one in every if any(place["VpcId"] in there for place in one["Attachments"])]
    return attached or [one for one in every if tags.read(one.get("Tags")).get("Name") == env.prefix]


def hands(goal: model.Goal) -> model.Calls:
    gateway = goal.id
    if not gateway:
        given = [{"ResourceType": "internet-gateway", "Tags": tags.written(goal.fields["tags"])}]
        made = yield model.Api("ec2", "create_internet_gateway", {"TagSpecifications": given})
        gateway = made["InternetGateway"]["InternetGatewayId"]
    elif goal.differs("tags"):
        yield tags.given(goal)
    yield from _attached(gateway, goal)


def _attached(gateway: str, goal: model.Goal) -> model.Calls:
    if goal.before.get("vpc") and goal.differs("vpc"):
        yield model.Api("ec2", "detach_internet_gateway", {"InternetGatewayId": gateway, "VpcId": goal.before["vpc"]})
    if goal.fields["vpc"] and goal.differs("vpc"):
        yield model.Api("ec2", "attach_internet_gateway", {"InternetGatewayId": gateway, "VpcId": goal.fields["vpc"]})


def remove(seen: model.Seen) -> model.Calls:
    if seen.fields["vpc"]:
        yield model.Api("ec2", "detach_internet_gateway", {"InternetGatewayId": seen.id, "VpcId": seen.fields["vpc"]})
    yield model.Api("ec2", "delete_internet_gateway", {"InternetGatewayId": seen.id})
