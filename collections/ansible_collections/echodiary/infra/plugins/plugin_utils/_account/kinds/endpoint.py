# SPDX-License-Identifier: GPL-3.0-or-later
"""The way from the network to S3 that costs nothing and needs no route out.

The module removes it and gives it its tags. Otherwise AWS's own operations are asked: with other route tables, and where the answer to its
request is lost, the module makes a second one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import model
from . import route_table, tags, vpc

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "endpoint"
EFFECT: model.Effects = {"vpc": model.REPLACE, "service": model.REPLACE}
KEPT = False
EVENTS = "ec2"
READS: model.Rights = ("ec2:DescribeVpcEndpoints",)
WRITES: model.Rights = ("ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint", "ec2:CreateTags", "ec2:DeleteVpcEndpoints")
#: whoever is in the network may ask S3 for what his own rights let him
_POLICY = {"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
_GOING = ("deleting", "deleted")


def declared(env: Environment) -> Iterator[model.Wanted]:
    name = env.called("s3")
    tables = [model.Ref(route_table.NAME, env.called(side)) for side in ("public", "private")]
    fields = {
        "vpc": model.Ref(vpc.NAME, env.prefix),
        "service": f"com.amazonaws.{env.region}.s3",
        "route_tables": tables,
        "policy": _POLICY,
    }
    yield model.Wanted(model.Resource(NAME, name), {**fields, "tags": env.tags(name)})


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    filters = vpc.within(aws, env)
    if not filters:
        return
    names = {str(one.fields["service"]): one.resource.name for one in declared(env)}
    for one in aws.find("ec2", "describe_vpc_endpoints", "VpcEndpoints[]", Filters=filters):
        if one["State"].lower() in _GOING:
            continue
        given = tags.read(one.get("Tags"))
        name = names.get(one["ServiceName"]) or given.get("Name") or one["VpcEndpointId"]
        fields = {"vpc": one["VpcId"], "service": one["ServiceName"], "route_tables": one["RouteTableIds"]}
        rest = {"policy": json.loads(one.get("PolicyDocument") or "{}"), "tags": tags.compared(given, env)}
        yield model.Seen(model.Resource(NAME, name), one["VpcEndpointId"], {**fields, **rest}, state=one["State"])


def hands(goal: model.Goal) -> model.Calls:
    if not goal.id:
        yield model.Api("ec2", "create_vpc_endpoint", _made(goal))
        return
    if goal.differs("tags"):
        yield tags.given(goal)
    if goal.differs("route_tables", "policy"):
        yield model.Api("ec2", "modify_vpc_endpoint", _modified(goal))


def _made(goal: model.Goal) -> dict[str, model.Json]:
    where = {"VpcId": goal.fields["vpc"], "ServiceName": goal.fields["service"], "RouteTableIds": goal.fields["route_tables"]}
    given = [{"ResourceType": "vpc-endpoint", "Tags": tags.written(goal.fields["tags"])}]
    return {**where, "VpcEndpointType": "Gateway", "PolicyDocument": _policy(goal), "TagSpecifications": given}


def _policy(goal: model.Goal) -> str:
    return json.dumps(goal.fields["policy"], sort_keys=True)


def _modified(goal: model.Goal) -> dict[str, model.Json]:
    want, have = set(goal.fields["route_tables"]), set(goal.before["route_tables"])
    tables = {"AddRouteTableIds": sorted(want - have), "RemoveRouteTableIds": sorted(have - want)}
    given = {key: value for key, value in tables.items() if value}
    return {"VpcEndpointId": goal.id, "PolicyDocument": _policy(goal), **given}


def remove(seen: model.Seen) -> model.Calls:
    yield model.Module("amazon.aws.ec2_vpc_endpoint", {"vpc_endpoint_id": seen.id, "state": "absent"})
