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
    "metadata_endpoint": "enabled",
    "metadata_tokens": "required",
    "metadata_hops": 1,
    "source_dest_check": True,
    "when_shut_down": "stop",
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


def test_what_becomes_of_it_when_it_is_shut_down_is_said_by_itself() -> None:
    (call,) = through(instance.hands(goal(FIELDS, {**FIELDS, "when_shut_down": "terminate"}, "i-1")))
    assert call.args == {"InstanceId": "i-1", "InstanceInitiatedShutdownBehavior": {"Value": "stop"}}


def host(identity: str, zone: str = "a", **tags: str) -> dict[str, Any]:
    given = {**environment().ours, "Role": "app", **tags}
    return {
        "InstanceId": identity,
        "Placement": {"AvailabilityZone": f"ap-northeast-2{zone}"},
        "Tags": [{"Key": key, "Value": value} for key, value in given.items()],
    }


def test_one_that_has_lost_its_name_is_the_host_that_is_missing_there() -> None:
    app = {"role": "app", "type": "t4g.small", "zone": "a"}
    one, two = environment(hosts={"app1": app}), environment(hosts={"app1": app, "app2": app})
    other_zone = environment(hosts={"app1": app, "app2": {**app, "zone": "c"}})
    assert instance._names([host("i-1")], one) == {"i-1": "app1"}
    assert instance._names([host("i-1"), host("i-2", Name="app2")], two) == {"i-1": "app1", "i-2": "app2"}
    assert instance._names([host("i-1"), host("i-2", "c")], other_zone) == {"i-1": "app1", "i-2": "app2"}
    # nobody can say which of them it is, or it is another one's
    assert instance._names([host("i-1")], two) == {"i-1": "i-1"}
    assert instance._names([host("i-1"), host("i-2")], one) == {"i-1": "i-1", "i-2": "i-2"}
    assert instance._names([host("i-1", Environment="staging")], one) == {"i-1": "i-1"}
    assert instance._names([host("i-1", Name="app3")], one) == {"i-1": "app3"}
