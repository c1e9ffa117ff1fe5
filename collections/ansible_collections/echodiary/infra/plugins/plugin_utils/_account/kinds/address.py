# SPDX-License-Identifier: GPL-3.0-or-later
"""A public address that stays when its host is stopped and started.

Changed by AWS's own operations: the module gives an address its name only after it was had, and takes any free one for its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import model
from . import instance, tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "address"
EFFECT: model.Effects = {}
KEPT = False
EVENTS = "ec2"
READS: model.Rights = ("ec2:DescribeAddresses",)
WRITES: model.Rights = (
    "ec2:AllocateAddress",
    "ec2:AssociateAddress",
    "ec2:DisassociateAddress",
    "ec2:ReleaseAddress",
    "ec2:CreateTags",
)


def declared(env: Environment) -> Iterator[model.Wanted]:
    for host, one in sorted(env.declared["hosts"].items()):
        if one["fixed_address"]:
            name = env.called(host)
            yield model.Wanted(model.Resource(NAME, name), {"instance": model.Ref(instance.NAME, host), "tags": env.tags(name)})


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for one in aws.find("ec2", "describe_addresses", "Addresses[]"):
        given = tags.read(one.get("Tags"))
        if given.get("Name", "").startswith(f"{env.prefix}-") or tags.are_ours(given, env):
            fields = {"instance": one.get("InstanceId") or None, "tags": tags.compared(given, env)}
            name = given.get("Name") or one["AllocationId"]
            yield model.Seen(model.Resource(NAME, name), one["AllocationId"], fields, tags.are_ours(given, env))


def hands(goal: model.Goal) -> model.Calls:
    address = goal.id
    if not address:
        given = [{"ResourceType": "elastic-ip", "Tags": tags.written(goal.fields["tags"])}]
        made = yield model.Api("ec2", "allocate_address", {"Domain": "vpc", "TagSpecifications": given})
        address = made["AllocationId"]
    elif goal.differs("tags"):
        yield tags.given(goal)
    if goal.fields["instance"] and goal.differs("instance"):
        where = {"AllocationId": address, "InstanceId": goal.fields["instance"]}
        yield model.Api("ec2", "associate_address", {**where, "AllowReassociation": True})
    elif goal.differs("instance"):
        yield from _freed(address)


def _freed(address: str) -> model.Calls:
    answer = yield model.Api("ec2", "describe_addresses", {"AllocationIds": [address]})
    for one in answer["Addresses"]:
        if one.get("AssociationId"):
            yield model.Api("ec2", "disassociate_address", {"AssociationId": one["AssociationId"]})


def remove(seen: model.Seen) -> model.Calls:
    yield from _freed(seen.id)
    yield model.Api("ec2", "release_address", {"AllocationId": seen.id})
