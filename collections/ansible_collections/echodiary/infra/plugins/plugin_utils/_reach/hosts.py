# SPDX-License-Identifier: GPL-3.0-or-later
"""The instances of an environment, as ssh may call them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .._account.kinds import tags

if TYPE_CHECKING:
    from .._account.aws import Aws
    from .._account.declaration import Environment

READS = ("ec2:DescribeInstances",)
_GONE = ("shutting-down", "terminated")


class Host(NamedTuple):
    """``name``: as people and plays call it."""

    name: str
    id: str
    addresses: tuple[str, ...]
    running: bool = True

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"


def found(aws: Aws, env: Environment) -> list[Host]:
    """All that have not gone, whether they run or not, and whoever declares them."""
    aws.forget()
    every = aws.find("ec2", "describe_instances", "Reservations[].Instances[]", Filters=tags.filters(env))
    return [_host(one) for one in every if one["State"]["Name"] not in _GONE]


def _host(one: Mapping[str, Any]) -> Host:
    name = tags.read(one.get("Tags")).get("Name") or one["InstanceId"]
    addresses = [address for address in (one.get("PrivateIpAddress"), one.get("PublicIpAddress")) if address]
    return Host(name, one["InstanceId"], tuple(addresses), one["State"]["Name"] in ("pending", "running"))
