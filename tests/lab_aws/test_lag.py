# SPDX-License-Identifier: GPL-3.0-or-later
"""Eventual consistency, where it is asked for."""

from __future__ import annotations

import json

import pytest

from lab.strict.server import Server
from tests.lab_aws.account import TRUST, instance, network
from tests.lab_aws.clients import client, refused

ROLE = "arn:aws:iam::123456789012:role/app"


def _identity(aws: Server) -> None:
    iam = client(aws, "iam")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)
    iam.create_instance_profile(InstanceProfileName="app")
    iam.add_role_to_instance_profile(InstanceProfileName="app", RoleName="app")


def test_a_new_profile_is_refused_twice(aws: Server) -> None:
    aws.settings(iam_lag=2)
    place = network(aws)
    _identity(aws)
    for _ in range(2):
        with refused("InvalidParameterValue") as caught:
            instance(aws, place, IamInstanceProfile={"Name": "app"})
        assert "Invalid IAM Instance Profile name" in str(caught.value)
    instance(aws, place, IamInstanceProfile={"Name": "app"})


def test_without_lag_it_is_known_at_once(aws: Server) -> None:
    place = network(aws)
    _identity(aws)
    instance(aws, place, IamInstanceProfile={"Name": "app"})


def test_what_settles_is_known(aws: Server) -> None:
    aws.settings(iam_lag=9, ec2_lag=9)
    place = network(aws)
    _identity(aws)
    aws.settle()
    instance(aws, place, IamInstanceProfile={"Name": "app"})


def test_a_new_role_cannot_be_assumed_yet(aws: Server) -> None:
    aws.settings(iam_lag=1)
    _identity(aws)
    sts = client(aws, "sts")
    with refused("AccessDenied"):
        sts.assume_role(RoleArn=ROLE, RoleSessionName="me")
    sts.assume_role(RoleArn=ROLE, RoleSessionName="me")


def test_a_new_role_cannot_be_named_in_a_trust_policy_yet(aws: Server) -> None:
    aws.settings(iam_lag=1)
    _identity(aws)
    trust = json.loads(TRUST)
    trust["Statement"][0]["Principal"] = {"AWS": ROLE}
    iam = client(aws, "iam")
    with refused("MalformedPolicyDocument"):
        iam.create_role(RoleName="other", AssumeRolePolicyDocument=json.dumps(trust))
    iam.create_role(RoleName="other", AssumeRolePolicyDocument=json.dumps(trust))


def test_a_new_role_cannot_be_passed_yet(aws: Server) -> None:
    aws.settings(iam_lag=1)
    _identity(aws)
    ecs = client(aws, "ecs")
    asked = {"family": "app", "containerDefinitions": [{"name": "app", "image": "app", "memory": 128}], "taskRoleArn": ROLE}
    with refused("ClientException"):
        ecs.register_task_definition(**asked)
    ecs.register_task_definition(**asked)


def test_a_new_resource_is_not_found_by_its_id(aws: Server) -> None:
    aws.settings(ec2_lag=2)
    ec2 = client(aws, "ec2")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    for _ in range(2):
        with refused("InvalidVpcID.NotFound"):
            ec2.describe_vpcs(VpcIds=[vpc])
    assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["VpcId"] == vpc


@pytest.mark.parametrize("lag", [0, 1])
def test_a_new_resource_is_missing_in_lists(aws: Server, lag: int) -> None:
    place = network(aws)
    aws.settings(ec2_lag=lag)
    made = instance(aws, place)
    ec2 = client(aws, "ec2")
    asked = {"Filters": [{"Name": "subnet-id", "Values": place.subnets}]}
    for _ in range(lag):
        assert ec2.describe_instances(**asked)["Reservations"] == []
    assert ec2.describe_instances(**asked)["Reservations"][0]["Instances"][0]["InstanceId"] == made
