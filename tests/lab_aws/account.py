# SPDX-License-Identifier: GPL-3.0-or-later
"""Things that many tests need in the account."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from lab.strict.server import Server
from tests.lab_aws.clients import client

TRUST = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
)


class Network(NamedTuple):
    vpc: str
    subnets: list[str]
    gateway: str
    group: str


def network(aws: Server, cidr: str = "10.20") -> Network:
    """A VPC with two subnets in two zones, a gateway and a group."""
    ec2 = client(aws, "ec2")
    vpc = ec2.create_vpc(CidrBlock=f"{cidr}.0.0/16")["Vpc"]["VpcId"]
    zones = [("a", 1), ("c", 2)]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"{cidr}.{number}.0/24", AvailabilityZone=f"ap-northeast-2{zone}")["Subnet"]["SubnetId"]
        for zone, number in zones
    ]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    group = ec2.create_security_group(GroupName="app", Description="app", VpcId=vpc)["GroupId"]
    return Network(vpc, subnets, gateway, group)


def image(aws: Server, architecture: str = "arm64") -> str:
    """Debian 13, as AWS publishes it."""
    word = {"x86_64": "amd64"}.get(architecture, architecture)
    return str(client(aws, "ssm").get_parameter(Name=f"/aws/service/debian/release/13/latest/{word}")["Parameter"]["Value"])


def instance(aws: Server, place: Network, **more: Any) -> str:
    wanted = {"ImageId": image(aws), "InstanceType": "t4g.small", "SubnetId": place.subnets[0], "SecurityGroupIds": [place.group]}
    started = client(aws, "ec2").run_instances(**{**wanted, "MinCount": 1, "MaxCount": 1, **more})
    return str(started["Instances"][0]["InstanceId"])
