# SPDX-License-Identifier: GPL-3.0-or-later
"""Where packets of the subnets go: of the public ones to the internet, of the private ones nowhere outside.

Routes of gateway endpoints are made by AWS and belong to the endpoint. Of the tables of a network, all but its main one are looked at:
one that nobody declared may lead anywhere.

Made by AWS's own operation, changed by the module: that one gives a table its name only after it was made, and what it leaves when it is
cut off in between could not be found again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import model
from ..declaration import WORLD
from . import gateway, subnet, tags, vpc

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "route_table"
EFFECT: model.Effects = {"vpc": model.REPLACE}
KEPT = False
EVENTS = "ec2"
READS: model.Rights = ("ec2:DescribeRouteTables",)
WRITES: model.Rights = (
    "ec2:CreateRouteTable",
    "ec2:CreateRoute",
    "ec2:ReplaceRoute",
    "ec2:DeleteRoute",
    "ec2:AssociateRouteTable",
    "ec2:ReplaceRouteTableAssociation",
    "ec2:DisassociateRouteTable",
    "ec2:CreateTags",
    "ec2:DeleteRouteTable",
)
#: of a route, where it leads
_TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "InstanceId",
    "NetworkInterfaceId",
    "VpcPeeringConnectionId",
    "TransitGatewayId",
    "EgressOnlyInternetGatewayId",
)
_TO = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def declared(env: Environment) -> Iterator[model.Wanted]:
    yield _one(env, "public", [{"to": WORLD, "via": model.Ref(gateway.NAME, env.prefix)}])
    yield _one(env, "private", [])


def _one(env: Environment, side: str, routes: list[dict[str, str | model.Ref]]) -> model.Wanted:
    name = env.called(side)
    fields = {"vpc": model.Ref(vpc.NAME, env.prefix), "routes": routes, "subnets": subnet.refs(env, side)}
    return model.Wanted(model.Resource(NAME, name), {**fields, "tags": env.tags(name)})


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    filters = vpc.within(aws, env)
    if not filters:
        return
    for one in aws.find("ec2", "describe_route_tables", "RouteTables[]", Filters=filters):
        if not any(place.get("Main") for place in one["Associations"]):
            yield _seen(one, env)


def _seen(one: Mapping[str, Any], env: Environment) -> model.Seen:
    given = tags.read(one.get("Tags"))
    routes = [{"to": _first(route, _TO), "via": _first(route, _TARGETS)} for route in one["Routes"] if not _is_given(route)]
    subnets = [place["SubnetId"] for place in one["Associations"] if place.get("SubnetId")]
    fields = {"vpc": one["VpcId"], "routes": routes, "subnets": subnets, "tags": tags.compared(given, env)}
    return model.Seen(model.Resource(NAME, given.get("Name") or one["RouteTableId"]), one["RouteTableId"], fields)


def _first(route: Mapping[str, str], keys: tuple[str, ...]) -> str:
    return next((route[key] for key in keys if route.get(key)), "")


def _is_given(route: Mapping[str, str]) -> bool:
    """By AWS: the one inside the network, and those of gateway endpoints."""
    return route.get("GatewayId") == "local" or route.get("GatewayId", "").startswith("vpce-")


def hands(goal: model.Goal) -> model.Calls:
    table = goal.id
    if not table:
        given = [{"ResourceType": "route-table", "Tags": tags.written(goal.fields["tags"])}]
        made = yield model.Api("ec2", "create_route_table", {"VpcId": goal.fields["vpc"], "TagSpecifications": given})
        table = made["RouteTable"]["RouteTableId"]
    routes = [{"dest": route["to"], "gateway_id": route["via"]} for route in goal.fields["routes"]]
    known = {"lookup": "id", "route_table_id": table, "vpc_id": goal.fields["vpc"], "purge_tags": False}
    what = {"routes": routes, "subnets": goal.fields["subnets"], "tags": goal.fields["tags"]}
    yield model.Module("amazon.aws.ec2_vpc_route_table", {**known, **what})


def remove(seen: model.Seen) -> model.Calls:
    args = {"lookup": "id", "route_table_id": seen.id, "vpc_id": seen.fields["vpc"], "state": "absent"}
    yield model.Module("amazon.aws.ec2_vpc_route_table", args)
