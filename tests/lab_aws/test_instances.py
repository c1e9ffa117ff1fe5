# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances and volumes as AWS takes them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from lab.strict.server import Server
from tests.lab_aws.account import image, instance, network
from tests.lab_aws.clients import client, refused


def test_one_token_is_one_instance(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    first, second = (instance(aws, place, ClientToken="one") for _ in range(2))
    assert first == second
    assert instance(aws, place, ClientToken="two") != first
    assert sum(len(one["Instances"]) for one in ec2.describe_instances()["Reservations"]) == 2


def test_one_token_is_one_request(aws: Server) -> None:
    place = network(aws)
    instance(aws, place, ClientToken="one")
    with refused("IdempotentParameterMismatch"):
        instance(aws, place, ClientToken="one", InstanceType="t4g.micro")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"InstanceType": "t9g.small"}, "InvalidParameterValue"),
        ({"InstanceType": "t3.small"}, "InvalidParameterValue"),  # x86 with an image for ARM
        ({"ImageId": "ami-0123456789abcdef0"}, "InvalidAMIID.NotFound"),
        ({"IamInstanceProfile": {"Name": "nobody"}}, "InvalidParameterValue"),
        ({"KeyName": "nobody"}, "InvalidKeyPair.NotFound"),
        ({"UserData": "x" * 17000}, "InvalidParameterValue"),
    ],
    ids=["type", "architecture", "image", "profile", "key", "user data"],
)
def test_what_does_not_exist_or_fit_is_refused(aws: Server, more: dict[str, Any], code: str) -> None:
    place = network(aws)
    with refused(code):
        instance(aws, place, **more)
    assert client(aws, "ec2").describe_instances()["Reservations"] == []


def test_a_group_of_another_network_is_refused(aws: Server) -> None:
    here, there = network(aws, "10.20"), network(aws, "10.30")
    with refused("InvalidParameter"):
        instance(aws, here, SecurityGroupIds=[there.group])


@pytest.mark.parametrize(("architecture", "kind"), [("arm64", "t4g.small"), ("x86_64", "t3.small")])
def test_debian_runs_on_both(aws: Server, architecture: str, kind: str) -> None:
    instance(aws, network(aws), ImageId=image(aws, architecture), InstanceType=kind)


def test_a_running_instance_keeps_its_type(aws: Server) -> None:
    ec2, made = client(aws, "ec2"), instance(aws, network(aws))
    with refused("IncorrectInstanceState"):
        ec2.modify_instance_attribute(InstanceId=made, InstanceType={"Value": "t4g.micro"})
    ec2.stop_instances(InstanceIds=[made])
    with refused("InvalidInstanceAttributeValue"):
        ec2.modify_instance_attribute(InstanceId=made, InstanceType={"Value": "t9g.micro"})
    ec2.modify_instance_attribute(InstanceId=made, InstanceType={"Value": "t4g.micro"})
    assert ec2.describe_instances()["Reservations"][0]["Instances"][0]["InstanceType"] == "t4g.micro"


def test_volumes_are_encrypted_by_default_where_that_is_wanted(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    disk = [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3"}}]
    plain = instance(aws, place, BlockDeviceMappings=disk)
    ec2.enable_ebs_encryption_by_default()
    safe = instance(aws, place, BlockDeviceMappings=disk)
    volumes = {one["Attachments"][0]["InstanceId"]: one["Encrypted"] for one in ec2.describe_volumes()["Volumes"]}
    assert volumes == {plain: False, safe: True}
    assert ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=8)["Encrypted"] is True


@pytest.mark.parametrize(("asked", "throughput", "iops"), [({}, 125, 3000), ({"Throughput": 250, "Iops": 4000}, 250, 4000)])
def test_gp3_has_a_throughput(aws: Server, asked: dict[str, int], throughput: int, iops: int) -> None:
    ebs = {"VolumeSize": 20, "VolumeType": "gp3", **asked}
    instance(aws, network(aws), BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": ebs}])
    volume = client(aws, "ec2").describe_volumes()["Volumes"][0]
    assert (volume["Throughput"], volume["Iops"]) == (throughput, iops)


def test_volumes_grow_and_do_not_shrink(aws: Server) -> None:
    ec2 = client(aws, "ec2")
    volume = ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=20, VolumeType="gp3")["VolumeId"]
    with refused("InvalidParameterValue"):
        ec2.modify_volume(VolumeId=volume, Size=10)
    ec2.modify_volume(VolumeId=volume, Size=30)


def test_images_are_found_by_their_parameter_and_by_their_name(aws: Server) -> None:
    found = client(aws, "ec2").describe_images(Owners=["136693071363"], Filters=[{"Name": "architecture", "Values": ["arm64"]}])["Images"]
    assert image(aws) in {one["ImageId"] for one in found}
    names = ["/aws/service/debian/release/13/latest/arm64", "/aws/service/debian/release/13/latest/amd64", "/nobody"]
    told = client(aws, "ssm").get_parameters(Names=names)
    assert ({one["Name"] for one in told["Parameters"]}, told["InvalidParameters"]) == (set(names[:2]), names[2:])
    path = client(aws, "ssm").get_parameters_by_path(Path="/aws/service/debian/release/13/latest")["Parameters"]
    assert {one["Name"] for one in path} == set(names[:2])


def test_user_data_may_be_text(aws: Server) -> None:
    made = instance(aws, network(aws), UserData="#!/bin/sh\n")
    told = client(aws, "ec2").describe_instance_attribute(InstanceId=made, Attribute="userData")["UserData"]["Value"]
    assert base64.b64decode(told) == b"#!/bin/sh\n"
