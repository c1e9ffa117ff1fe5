# SPDX-License-Identifier: GPL-3.0-or-later
"""What the imitation of AWS says that runs is a host of the lab: it runs its user data, is reached through its agent, found by the
inventory, converged, and gone with its instance."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import boto3
import docker
import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import user_data

from lab import base, containers, hosts, keys, networks, probes, topology, up
from lab.progress import Progress
from lab.seeds import REGION
from lab.settings import Settings

pytestmark = pytest.mark.integration
ROOT = Path(__file__).resolve().parents[3]
NAMED = {"LAB_NAME": "echodiary-cloudtest", "LAB_SUBNET": "172.30.75.0/24", "LAB_PORT_OFFSET": "5000"}
LAB = dataclasses.replace(Settings(ROOT), name=NAMED["LAB_NAME"], subnet=IPv4Network(NAMED["LAB_SUBNET"]), port_offset=5000)
ENDPOINT = f"http://{LAB.address('aws')}:5000"
LOGIN = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "an-example-key", "AWS_DEFAULT_REGION": REGION}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
TAGS = {"Name": "app1", "Role": "app", "Project": "echodiary", "Environment": "production"}
#: a host without Docker's work, and without waiting for a clock that is not its own
VARIABLES: dict[str, Any] = {
    "ansible_user": "admin",
    "ansible_python_interpreter": "/usr/bin/python3",
    "components": ["baseline"],
    "echodiary_secrets_source": "inventory",
    "baseline_chrony_options": "-F 1 -x",
    "baseline_unattended_upgrades": False,
    "baseline_watch": [],
}


@pytest.fixture(scope="module")
def client() -> Iterator[docker.DockerClient]:
    """With the imitation, and nothing else of a lab."""
    found = docker.from_env()
    lab("down", "--keep-images")
    networks.ensure(found, LAB)
    base.ensure(found, topology.folder(ROOT, "base"), Progress())
    up.build(found, Progress(), topology.service_recipe(ROOT, "python"), topology.service_recipe(ROOT, "aws"))
    (aws,) = (service for service in topology.services(LAB) if service.member == "aws")
    probes.wait(containers.ensure(found, LAB, aws, {})[0], aws)
    yield found
    lab("down", "--keep-images")


def lab(*words: str) -> str:
    command = [sys.executable, "-m", "lab", *words]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **NAMED}, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def aws(service: str) -> Any:
    return boto3.Session("AKIAEXAMPLE", "an-example-key", region_name=REGION).client(service, endpoint_url=ENDPOINT)


def started(key: str) -> str:
    """As provisioning would: in a network of its own, with the right to speak to Systems Manager, and the product's user data."""
    iam, ec2 = aws("iam"), aws("ec2")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.attach_role_policy(RoleName="app", PolicyArn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")
    iam.create_instance_profile(InstanceProfileName="app")
    iam.add_role_to_instance_profile(InstanceProfileName="app", RoleName="app")
    network = ec2.create_vpc(CidrBlock="172.29.75.0/24")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=network, CidrBlock="172.29.75.0/28")["Subnet"]["SubnetId"]
    image = aws("ssm").get_parameter(Name=user_data.image_parameter("x86_64"))["Parameter"]["Value"]
    tags = [{"Key": name, "Value": value} for name, value in TAGS.items()]
    made = ec2.run_instances(
        ImageId=image, InstanceType="t3.small", SubnetId=subnet, MinCount=1, MaxCount=1, IamInstanceProfile={"Name": "app"},
        UserData=user_data.script([key], user_data.agent(REGION, "x86_64")), TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )  # fmt: skip
    return str(made["Instances"][0]["InstanceId"])


def asked_through_its_agent(instance: str, command: str) -> str:
    ssm = aws("ssm")
    sent = ssm.send_command(InstanceIds=[instance], DocumentName="AWS-RunShellScript", Parameters={"commands": [command]})
    end = time.monotonic() + 60
    while time.monotonic() < end:
        time.sleep(0.5)
        try:
            found = ssm.get_command_invocation(CommandId=sent["Command"]["CommandId"], InstanceId=instance)
        except ssm.exceptions.InvocationDoesNotExist:
            continue
        if found["Status"] not in ("Pending", "InProgress"):
            assert found["Status"] == "Success", found
            return str(found["StandardOutputContent"])
    raise AssertionError("the command was not answered")


def play(inventory: Path, *words: str, program: str = "ansible-playbook") -> str:
    environment = {**os.environ, **LOGIN, "AWS_ENDPOINT_URL": ENDPOINT, "NO_COLOR": "1"}
    command = [str(Path(sys.executable).with_name(program)), "-i", str(inventory), *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def inventory(place: Path, known: str) -> Path:
    """Production's own source of hosts; a key that only the user data has let in, and a host key that only the agent has told."""
    (place / "group_vars/all").mkdir(parents=True)
    shutil.copy(ROOT / "inventories/production/aws_ec2.yml", place)
    (place / "group_vars/all/known_hosts.txt").write_text(known)
    key = keys.user_key(LAB)
    options = f"-o StrictHostKeyChecking=yes -o UserKnownHostsFile={place}/group_vars/all/known_hosts.txt"
    public = key.with_name(f"{key.name}.pub").read_text().strip()
    more = {"ansible_ssh_private_key_file": str(key), "ansible_ssh_common_args": options, "baseline_admin_keys": [public]}
    (place / "group_vars/all/main.yml").write_text(yaml.safe_dump({**VARIABLES, **more}))
    return place


def test_an_instance_is_a_host_from_its_user_data_to_its_end(client: docker.DockerClient, tmp_path: Path) -> None:
    key = keys.user_key(LAB)
    made = started(key.with_name(f"{key.name}.pub").read_text().strip())
    lab("ec2")
    assert hosts.running(client, LAB) == {"app1": "172.29.75.4"}

    keys_told = asked_through_its_agent(made, "cat /etc/ssh/ssh_host_*_key.pub")
    kind, value = keys_told.split()[:2]
    place = inventory(tmp_path / "production", f"172.29.75.4 {kind} {value}\n")
    graph = play(place, "--graph", program="ansible-inventory")
    assert "@app:\n  |  |--app1" in graph
    assert "baseline" in play(place, "site.yml")
    assert "OutOfSync" not in play(place, "site.yml", "--check")

    again = lab("ec2")
    assert "created" not in again and "removed" not in again
    aws("ec2").terminate_instances(InstanceIds=[made])
    lab("ec2")
    assert hosts.running(client, LAB) == {}
    assert [network.name for network in client.networks.list(names=["echodiary-cloudtest-vpc"])] == []
