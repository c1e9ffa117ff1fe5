# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet behind a load balancer, which the imitation of AWS declares and the lab runs: who is in, who is not, and which requests that
costs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import boto3
import pytest

from tests import load
from tests.e2e import drill, fleet

pytestmark = [pytest.mark.e2e, pytest.mark.full, pytest.mark.usefixtures("balanced")]

#: BALANCER_RATE: fewer, on a machine that others use meanwhile; what a starved host answers says nothing of a deploy
RATE = float(os.environ.get("BALANCER_RATE") or 200)
#: a gate goes by what is no probe, of which the load sends little: its few slow bodies would be the p95
PATIENT = {"deploy_gate_p95": 10.0}
NAME = "echodiary-local-app"
ADDRESS = f"{fleet.SUBNET}.9"
#: how quick the load balancer is: a host that dies is out after INTERVAL * UNHEALTHY + TIMEOUT at the latest
INTERVAL, TIMEOUT, HEALTHY, UNHEALTHY, DELAY = 5, 4, 2, 2, 6
#: seconds after which a request that was sent to nobody has failed, and a little
GIVEN_UP = 11
VARIABLES = fleet.INVENTORY / "group_vars/all/balanced.yml"
GRACE = {"incident_balancer_grace": 3}


class Account:
    """The load balancer as the imitation has it."""

    def __init__(self) -> None:
        session = boto3.Session("lab", "any-secret-will-do", region_name="ap-northeast-2")
        self.elb, self.ec2, self.ssm = (
            session.client(one, endpoint_url=f"http://{fleet.SUBNET}.6:5000") for one in ("elbv2", "ec2", "ssm")
        )
        self.group, self.ids = "", dict[str, str]()

    def make(self) -> None:
        """An instance for each host, at the host's address. A fleet that was kept has them already."""
        if self._found():
            return
        vpc = self.ec2.create_vpc(CidrBlock=f"{fleet.SUBNET}.0/24")["Vpc"]["VpcId"]
        zones = {"a": f"{fleet.SUBNET}.0/25", "c": f"{fleet.SUBNET}.128/25"}
        subnets = [
            self.ec2.create_subnet(VpcId=vpc, CidrBlock=part, AvailabilityZone=f"ap-northeast-2{zone}")["Subnet"]["SubnetId"]
            for zone, part in zones.items()
        ]
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        wall = self.ec2.create_security_group(GroupName="app", Description="app", VpcId=vpc)["GroupId"]
        self.ids = {host: self._instance(host, subnets[0], wall) for host in drill.APPS}
        self.group = self._group(vpc)
        self.elb.register_targets(TargetGroupArn=self.group, Targets=[{"Id": one} for one in self.ids.values()])
        balancer = self.elb.create_load_balancer(Name="echodiary-local", Subnets=subnets, SecurityGroups=[wall])["LoadBalancers"][0]
        forward = [{"Type": "forward", "TargetGroupArn": self.group}]
        self.elb.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=forward)

    def _found(self) -> bool:
        groups = [one for one in self.elb.describe_target_groups()["TargetGroups"] if one["TargetGroupName"] == NAME]
        if groups:
            self.group = groups[0]["TargetGroupArn"]
            every = [one for part in self.ec2.describe_instances()["Reservations"] for one in part["Instances"]]
            self._set(self.group)
            self.ids = {tag["Value"]: one["InstanceId"] for one in every for tag in one["Tags"] if tag["Key"] == "Name"}
        return bool(groups)

    def _instance(self, host: str, subnet: str, wall: str) -> str:
        image = self.ssm.get_parameter(Name="/aws/service/debian/release/13/latest/arm64")["Parameter"]["Value"]
        made = self.ec2.run_instances(
            ImageId=image,
            InstanceType="t4g.small",
            SubnetId=subnet,
            SecurityGroupIds=[wall],
            PrivateIpAddress=fleet.address(host),
            MinCount=1,
            MaxCount=1,
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": host}]}],
        )
        return str(made["Instances"][0]["InstanceId"])

    def _group(self, vpc: str) -> str:
        made = self.elb.create_target_group(Name=NAME, Protocol="HTTP", Port=80, VpcId=vpc, HealthCheckPath="/health")["TargetGroups"][0]
        self._set(made["TargetGroupArn"])
        return str(made["TargetGroupArn"])

    def _set(self, group: str) -> None:
        checks = {"HealthCheckIntervalSeconds": INTERVAL, "HealthCheckTimeoutSeconds": TIMEOUT}
        counts = {"HealthyThresholdCount": HEALTHY, "UnhealthyThresholdCount": UNHEALTHY}
        self.elb.modify_target_group(TargetGroupArn=group, **checks, **counts)
        wanted = [{"Key": "deregistration_delay.timeout_seconds", "Value": str(DELAY)}]
        self.elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=wanted)

    def states(self) -> dict[str, str]:
        found = self.elb.describe_target_health(TargetGroupArn=self.group)["TargetHealthDescriptions"]
        said = {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in found}
        return {host: said[one] for host, one in self.ids.items() if one in said}

    def isolated(self) -> dict[str, str]:
        """Host -> since when."""
        found = self.ec2.describe_instances(InstanceIds=list(self.ids.values()))["Reservations"]
        given = {one["InstanceId"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]} for part in found for one in part["Instances"]}
        return {host: given[one]["Isolated"] for host, one in self.ids.items() if "Isolated" in given[one]}


@pytest.fixture(autouse=True)
def well(balanced: Account) -> None:
    """Before each of them, whatever the one before has left."""
    both_healthy(balanced)


@pytest.fixture(scope="module")
def balanced(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Hosts that are converged, and healthy to the load balancer before them."""
    account = Account()
    account.make()
    declared = {"aws_environment": {"balancer": {"domain": "diary.example.com", "zone_id": "Z1"}}, "haproxy_trusted_proxies": [ADDRESS]}
    VARIABLES.write_text(json.dumps(declared))
    try:
        fleet.converge(tmp_path_factory.mktemp("converge"))
        fleet.lab("balancer")
        drill.publish("behind")
        drill.publish("other")
        both_healthy(account)
        yield account
    finally:
        VARIABLES.unlink(missing_ok=True)


WELL = {"app1": "healthy", "app2": "healthy"}


def both_healthy(account: Account) -> None:
    found(account, WELL, 60)


def found(account: Account, wanted: Mapping[str, str], seconds: float) -> None:
    """What the load balancer finds of its hosts, in time."""
    end = time.monotonic() + seconds
    while (states := account.states()) != wanted:
        assert time.monotonic() < end, f"the load balancer finds {states} after {seconds} s, and not {wanted}"
        time.sleep(0.2)


@contextmanager
def traffic() -> Iterator[dict[str, Any]]:
    """Through the load balancer."""
    sent: dict[str, Any] = {}
    with load.running(f"http://{ADDRESS}", rate=RATE) as running:
        yield sent
        sent["result"] = running.stop()
    result = sent["result"]
    sent["ledger"] = load.settle(result, load.rows(load.lab_psql(fleet.NAME), result.run))
    say(f"{result.sent} sent, {result.failed} failed, {result.retried} retried in {result.seconds:.0f} s; {result.failures}")


def say(text: str) -> None:
    """What it came to, for whoever runs this with -s."""
    sys.stdout.write(f"\n{text}\n")


def ask(path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://{ADDRESS}{path}", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_deploy_and_a_rollback_lose_nothing(balanced: Account) -> None:
    with traffic() as sent:
        ran = drill.run("deploy", release="behind", **PATIENT)
        assert ran.code == 0, ran.output
        back = drill.run("rollback")
        assert back.code == 0, back.output
    say(f"deploy {ran.seconds()} s, rollback {back.seconds()} s")
    drill.nothing_lost(sent)
    assert balanced.states() == WELL


def test_a_restart_loses_nothing(balanced: Account) -> None:
    with traffic() as sent:
        ran = drill.run("restart", **PATIENT)
        assert ran.code == 0, ran.output
    drill.nothing_lost(sent)
    assert balanced.states() == WELL


def test_a_host_knows_who_asked_through_the_load_balancer(balanced: Account) -> None:
    """What it refuses is in its log, with the client: this machine, and not who stands between."""
    lines = "POST /entries?who=asked HTTP/1.1", f"Host: {ADDRESS}", "Content-Length: 999999999", "Connection: close", "", "{"
    with socket.create_connection((ADDRESS, 80), 10) as made:
        made.sendall("\r\n".join(lines).encode())
        answer = made.recv(4096).decode()
    assert " 413 " in answer.partition("\r\n")[0], answer
    logs = "".join(fleet.on(host, "journalctl -u haproxy -o cat --since -5min | grep who=asked || true") for host in drill.APPS)
    assert f"{fleet.SUBNET}.1:" in logs and f"{ADDRESS}:" not in logs, logs


def test_a_host_is_isolated_and_returns_and_nothing_is_lost(balanced: Account) -> None:
    with traffic() as sent:
        preview = drill.run("incident/isolate-host", "--check", host="app2")
        assert preview.code == 0 and balanced.states() == WELL and balanced.isolated() == {}, preview.output
        ran = drill.run("incident/isolate-host", host="app2", **GRACE)
        assert ran.code == 0, ran.output
        assert balanced.states() == {"app1": "healthy"} and set(balanced.isolated()) == {"app2"}
        refused = drill.run("incident/isolate-host", host="app1", **GRACE)
        assert refused.code == 2 and balanced.states() == {"app1": "healthy"}, refused.output
        again = drill.run("incident/isolate-host", host="app2", **GRACE)
        assert again.code == 0 and "next: nothing" in " ".join(again.output.split()), again.output
        back = drill.run("incident/return-host", host="app2")
        assert back.code == 0, back.output
        assert balanced.states() == WELL and balanced.isolated() == {}
        time.sleep(3)
    drill.nothing_lost(sent)


def test_a_host_that_is_isolated_is_deployed_to_and_stays_out(balanced: Account) -> None:
    assert drill.run("incident/isolate-host", host="app2", **GRACE).code == 0
    try:
        ran = drill.run("deploy", release="behind", **PATIENT)
        assert ran.code == 0 and f"stays out of {NAME}" in " ".join(ran.output.split()), ran.output
        assert balanced.states() == {"app1": "healthy"}
    finally:
        back = drill.run("incident/return-host", host="app2")
    assert back.code == 0 and balanced.states() == WELL, back.output


def test_a_host_is_restarted_and_nothing_is_lost(balanced: Account) -> None:
    with traffic() as sent:
        ran = drill.run("incident/restart-host", host="app2", confirm="app2", **GRACE)
        assert ran.code == 0, ran.output
        assert balanced.states() == WELL and balanced.isolated() == {}
    drill.nothing_lost(sent)


@contextmanager
def cut_off(host: str) -> Iterator[None]:
    """The load balancer does not reach it; whoever else asks finds it well."""
    rule = f"INPUT -s {ADDRESS} -p tcp --dport 80 -j DROP"
    fleet.on(host, f"iptables -I {rule}")
    try:
        yield
    finally:
        fleet.on(host, f"iptables -D {rule}")


def test_what_the_load_balancer_does_not_find_well_is_neither_deployed_to_nor_relied_upon(balanced: Account) -> None:
    before = drill.everywhere()
    with cut_off("app2"):
        found(balanced, {"app1": "healthy", "app2": "unhealthy"}, 40)
        refused = drill.run("deploy", release="other")
        assert refused.code != 0 and "app2 healthy: unhealthy" in " ".join(refused.output.split()), refused.output
        assert drill.everywhere() == before and drill.lease() is None
        # the edge of app2 says that it serves: only the load balancer knows better
        last = drill.run("incident/isolate-host", host="app1", **GRACE)
        assert last.code == 2 and "0 healthy" in " ".join(last.output.split()), last.output
        assert balanced.states()["app1"] == "healthy" and balanced.isolated() == {} and ask("/entries?limit=1") == 200
    both_healthy(balanced)


def test_a_way_that_closes_while_hosts_roll_ends_the_deploy(balanced: Account) -> None:
    before = drill.everywhere()
    process = drill.start("deploy", release="other", deploy_gate_hold=25)
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line)
        if "canary" in line:
            break
    with cut_off("app1"):
        ran = drill.finish(process)
        output = "".join(said) + ran.output
        assert ran.code != 0 and "app1 healthy: unhealthy" in " ".join(output.split()), output
    assert drill.everywhere() == before and drill.lease() is None
    both_healthy(balanced)


def _lost(result: Any, since: float) -> Mapping[str, Any]:
    """Failures, and how long after ``since`` the first and the last of them had failed."""
    began = datetime.fromisoformat(result.started.replace("Z", "+00:00")).timestamp()
    at = [one[when] + began - since for one in result.failures for when in ("first", "last")]
    return {"failed": result.failed, "first": min(at, default=0.0), "last": max(at, default=0.0)}


def test_a_host_that_dies_costs_what_the_health_check_takes_to_notice(balanced: Account) -> None:
    container = f"{fleet.NAME}-app2"
    notices = INTERVAL * UNHEALTHY + TIMEOUT
    with traffic() as sent:
        time.sleep(3)
        killed = time.time()
        subprocess.run(["docker", "kill", container], check=True, capture_output=True)
        found(balanced, {"app1": "healthy", "app2": "unhealthy"}, notices + 10)
        noticed = time.time() - killed
        time.sleep(20)
    subprocess.run(["docker", "start", container], check=True, capture_output=True)
    lost = _lost(sent["result"], killed)
    say(f"noticed after {noticed:.1f} s of {notices} s; {lost}")
    # what was sent to it in that time was lost, which is half of it; and nothing else, before or after
    assert 0 < lost["failed"] <= RATE * notices / 2 * 1.1, lost
    assert lost["first"] >= 0 and lost["last"] <= notices + GIVEN_UP, lost
    found(balanced, WELL, 180)
