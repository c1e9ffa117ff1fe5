# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS takes no token for is made by its own operation, with its name from the beginning."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import endpoint, vpc

from .asked import goal, named, through

VPC = {"cidr": "10.20.0.0/16", "tenancy": "default", "dns_support": True, "dns_hostnames": True, "tags": {"Name": "n"}}
ENDPOINT: dict[str, Any] = {"vpc": "vpc-1", "service": "s3", "route_tables": ["rtb-1"], "policy": {}, "tags": {"Name": "n"}}
NAMED = [{"Key": "Name", "Value": "n"}]


def test_a_network() -> None:
    first, second = through(vpc.hands(goal(VPC)), {"Vpc": {"VpcId": "vpc-1"}})
    assert named([first, second]) == ["create_vpc", "amazon.aws.ec2_vpc_net"] and second.args["vpc_id"] == "vpc-1"
    assert first.args["TagSpecifications"] == [{"ResourceType": "vpc", "Tags": NAMED}]
    assert named(through(vpc.hands(goal(VPC, {**VPC, "dns_hostnames": False}, "vpc-1")))) == ["amazon.aws.ec2_vpc_net"]


def test_an_endpoint() -> None:
    (made,) = through(endpoint.hands(goal(ENDPOINT)))
    assert named([made]) == ["create_vpc_endpoint"] and made.args["TagSpecifications"][0]["Tags"] == NAMED
    changed = through(endpoint.hands(goal(ENDPOINT, {**ENDPOINT, "tags": {}, "route_tables": ["rtb-2"]}, "vpce-1")))
    assert named(changed) == ["amazon.aws.ec2_tag", "modify_vpc_endpoint"]
    assert changed[1].args["AddRouteTableIds"] == ["rtb-1"] and changed[1].args["RemoveRouteTableIds"] == ["rtb-2"]
