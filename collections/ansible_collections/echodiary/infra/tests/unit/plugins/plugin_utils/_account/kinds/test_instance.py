# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import subprocess
from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import instance

from ..example import environment
from .asked import goal, named, through

FIELDS: dict[str, Any] = {
    "running": True,
    "type": "t4g.small",
    "architecture": "arm64",
    "subnet": "subnet-1",
    "groups": ["sg-1"],
    "profile": "arn:profile",
    "metadata_tokens": "required",
    "metadata_hops": 1,
    "protected": True,
    "disk": 20,
    "disk_type": "gp3",
    "disk_encrypted": True,
    "tags": {"Name": "app1"},
}
IMAGE = {"Parameter": {"Value": "ami-1"}}
MAPPED = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": "vol-1"}}
THERE = {"Reservations": [{"Instances": [{"RootDeviceName": "/dev/xvda", "BlockDeviceMappings": [MAPPED]}]}]}


def test_a_new_one_is_closed_encrypted_and_reaches_nothing_but_its_agent() -> None:
    calls = through(instance.hands(goal(FIELDS, image="/aws/debian", user_data="#!/bin/sh")), IMAGE)
    assert named(calls) == ["get_parameter", "amazon.aws.ec2_instance"]
    made = calls[1].args
    assert made["image_id"] == "ami-1" and made["volumes"][0]["ebs"]["encrypted"] and made["termination_protection"]
    assert made["metadata_options"]["http_tokens"] == "required" and made["user_data"] == "#!/bin/sh"


def test_a_disk_grows_without_the_instance_being_touched() -> None:
    calls = through(instance.hands(goal(FIELDS, {**FIELDS, "disk": 10}, "i-1")), THERE)
    assert named(calls) == ["describe_instances", "modify_volume"]
    assert calls[1].args == {"VolumeId": "vol-1", "Size": 20, "VolumeType": "gp3"}


def test_another_profile_is_replaced_in_place() -> None:
    has = {"IamInstanceProfileAssociations": [{"AssociationId": "a-1", "State": "associated"}]}
    calls = through(instance.hands(goal(FIELDS, {**FIELDS, "profile": "arn:other"}, "i-1")), has)
    assert named(calls) == ["describe_iam_instance_profile_associations", "replace_iam_instance_profile_association"]


def test_none_is_replaced_because_there_is_a_newer_image() -> None:
    assert all("image" not in one.fields and "user_data" not in one.fields for one in instance.declared(environment()))


def test_with_ssh_no_agent_is_installed() -> None:
    (first, *_) = instance.declared(environment(access={"ssh_from": ["203.0.113.0/24"]}))
    assert first.once["user_data"] == ""


def test_whoever_administers_is_let_in_from_the_first_start_on() -> None:
    env = environment(access={"ssh_from": ["203.0.113.0/24"]})._replace(admin_keys=("ssh-ed25519 AAAA ann", "ssh-ed25519 BBBB bob\n"))
    (first, *_) = instance.declared(env)
    assert "\nssh-ed25519 AAAA ann\nssh-ed25519 BBBB bob\n" in first.once["user_data"]
    assert subprocess.run(["sh", "-n"], input=first.once["user_data"], text=True, check=False).returncode == 0
    (first, *_) = instance.declared(env._replace(declared={**env.declared, "access": "ssm"}))
    assert first.once["user_data"].count("#!/bin/sh") == 1 and "amazon-ssm-agent" in first.once["user_data"]
