# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's load balancer under a load: as the imitation of AWS says, targets leave, come back and die; what that costs is counted."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import boto3
import pytest

from lab.containers import archive
from tests import load
from tests.integration import lab_images
from tests.load.result import Result

pytestmark = [pytest.mark.integration, pytest.mark.full]

RATE = 200.0
NETWORK, SUBNET = "echodiary-test-balancer", "172.30.253"
AWS, BALANCER = f"{SUBNET}.6", f"{SUBNET}.9"
TARGETS = {"one": f"{SUBNET}.11", "two": f"{SUBNET}.12"}
INTERVAL, TIMEOUT, UNHEALTHY, DELAY = 5, 2, 2, 4
#: a whole answer later than that is none
GIVEN_UP = 10
#: what stands for a host: it says which one it is, and holds what is asked slowly
HOST = """
global
    stats socket /tmp/socket level admin
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend host
    bind :80
    http-request return status 200 content-type text/plain string {name}
"""


PATHS = {"host": "srv/host.cfg", "settings": "etc/balancer/settings.json"}


def docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"docker {' '.join(words)}: {done.stderr}"
    return done.stdout.strip()


def until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


class Place:
    """A load balancer of the imitation, and the lab's that does what it says."""

    def __init__(self) -> None:
        session = boto3.Session("lab", "any-secret-will-do", region_name="ap-northeast-2")
        self.elb, self.ec2, self.ssm = (session.client(one, endpoint_url=f"http://{AWS}:5000") for one in ("elbv2", "ec2", "ssm"))
        until(self._answers, 60)
        vpc = self.ec2.create_vpc(CidrBlock=f"{SUBNET}.0/24")["Vpc"]["VpcId"]
        subnets = [
            self.ec2.create_subnet(VpcId=vpc, CidrBlock=f"{SUBNET}.{part}/25", AvailabilityZone=f"ap-northeast-2{zone}")["Subnet"][
                "SubnetId"
            ]
            for zone, part in (("a", 0), ("c", 128))
        ]
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        wall = self.ec2.create_security_group(GroupName="app", Description="app", VpcId=vpc)["GroupId"]
        image = self.ssm.get_parameter(Name="/aws/service/debian/release/13/latest/arm64")["Parameter"]["Value"]
        how = {
            "ImageId": image,
            "InstanceType": "t4g.small",
            "SubnetId": subnets[0],
            "SecurityGroupIds": [wall],
            "MinCount": 1,
            "MaxCount": 1,
        }
        self.ids = {
            name: self.ec2.run_instances(PrivateIpAddress=address, **how)["Instances"][0]["InstanceId"] for name, address in TARGETS.items()
        }
        checks = {"HealthCheckPath": "/health", "HealthCheckIntervalSeconds": INTERVAL, "HealthCheckTimeoutSeconds": TIMEOUT}
        made = self.elb.create_target_group(
            Name="app", Protocol="HTTP", Port=80, VpcId=vpc, HealthyThresholdCount=2, UnhealthyThresholdCount=UNHEALTHY, **checks
        )
        self.group = made["TargetGroups"][0]["TargetGroupArn"]
        wanted = [{"Key": "deregistration_delay.timeout_seconds", "Value": str(DELAY)}]
        self.elb.modify_target_group_attributes(TargetGroupArn=self.group, Attributes=wanted)
        balancer = self.elb.create_load_balancer(Name="edge", Subnets=subnets, SecurityGroups=[wall])["LoadBalancers"][0]["LoadBalancerArn"]
        forward = [{"Type": "forward", "TargetGroupArn": self.group}]
        self.elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward)

    def _answers(self) -> bool:
        try:
            return bool(self.ec2.describe_vpcs())
        except Exception:
            return False

    def register(self, *names: str) -> None:
        self.elb.register_targets(TargetGroupArn=self.group, Targets=[{"Id": self.ids[name]} for name in names])

    def deregister(self, *names: str) -> None:
        self.elb.deregister_targets(TargetGroupArn=self.group, Targets=[{"Id": self.ids[name]} for name in names])

    def found(self) -> dict[str, tuple[str, str]]:
        """Target -> its state, and the reason."""
        every = self.elb.describe_target_health(TargetGroupArn=self.group)["TargetHealthDescriptions"]
        said = {one["Target"]["Id"]: one["TargetHealth"] for one in every}
        return {name: (said[one]["State"], said[one].get("Reason", "")) for name, one in self.ids.items() if one in said}

    def states(self) -> dict[str, str]:
        return {name: state for name, (state, _) in self.found().items()}


def run(name: str, address: str, image: str, *command: str, **files: str) -> None:
    """``files``: by their names in PATHS."""
    docker("create", "--name", f"{NETWORK}-{name}", "--network", NETWORK, "--ip", address, image, *command)
    if files:
        put = archive({PATHS[one]: text.encode() for one, text in files.items()})
        subprocess.run(["docker", "cp", "-", f"{NETWORK}-{name}:/"], input=put, check=True, capture_output=True)
    docker("start", f"{NETWORK}-{name}")


def clean() -> None:
    left = docker("ps", "-aq", "--filter", f"network={NETWORK}").split()
    if left:
        docker("rm", "-fv", *left)
    if docker("network", "ls", "-q", "--filter", f"name=^{NETWORK}$"):
        docker("network", "rm", NETWORK)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    aws, balancer = lab_images.aws(), lab_images.balancer()
    clean()
    docker("network", "create", "--subnet", f"{SUBNET}.0/24", NETWORK)
    try:
        run("aws", AWS, aws)
        for name, address in TARGETS.items():
            run(name, address, balancer, "haproxy", "-db", "-f", "/srv/host.cfg", host=HOST.format(name=name))
        made = Place()
        made.register("one", "two")
        settings = f'{{"endpoint": "http://{AWS}:5000", "region": "ap-northeast-2"}}'
        run("balancer", BALANCER, balancer, settings=settings)
        until(lambda: made.states() == {"one": "healthy", "two": "healthy"}, 60)
        yield made
    finally:
        sys.stdout.write(docker("logs", f"{NETWORK}-balancer"))
        clean()


@contextmanager
def traffic() -> Iterator[list[Result]]:
    """Requests through the load balancer; one result when it is over."""
    found: list[Result] = []
    with load.running(f"http://{BALANCER}", rate=RATE, mix="keep-alive=0.8,new-connection=0.2") as running:
        time.sleep(1)
        yield found
        time.sleep(1)
        found.append(running.stop())
    sys.stdout.write(f"\n{found[0].sent} sent, {found[0].failed} failed: {found[0].failures}\n")


def test_a_target_drains_leaves_and_returns_and_nothing_is_lost(place: Place) -> None:
    with traffic() as found:
        place.deregister("two")
        assert place.states() == {"one": "healthy", "two": "draining"}
        until(lambda: place.states() == {"one": "healthy"}, DELAY + 5)
        place.register("two")
        assert place.found()["two"] == ("initial", "Elb.RegistrationInProgress")
        until(lambda: place.states() == {"one": "healthy", "two": "healthy"}, INTERVAL + 5)
    assert found[0].failed == 0


def test_one_that_dies_costs_what_the_health_check_takes_to_notice(place: Place) -> None:
    notices = INTERVAL * UNHEALTHY + TIMEOUT
    with traffic() as found:
        killed = time.time()
        docker("kill", f"{NETWORK}-two")
        until(lambda: place.states()["two"] == "unhealthy", notices + 5)
        noticed = time.time() - killed
        time.sleep(GIVEN_UP + 2)
    docker("start", f"{NETWORK}-two")
    sys.stdout.write(f"noticed after {noticed:.1f} s, {notices} s at most\n")
    assert 0 < found[0].failed <= RATE * notices / 2 * 1.1
    until(lambda: place.states() == {"one": "healthy", "two": "healthy"}, INTERVAL * 3 + 5)


def test_where_nobody_is_well_everybody_is_asked(place: Place) -> None:
    """As AWS does: it fails open. A group without targets answers by itself."""
    docker("pause", f"{NETWORK}-two")
    try:
        place.elb.modify_target_group(TargetGroupArn=place.group, Matcher={"HttpCode": "299"})
        until(lambda: set(place.states().values()) == {"unhealthy"}, INTERVAL * UNHEALTHY + 10)
        assert place.found()["one"][1] == "Target.ResponseCodeMismatch" and place.found()["two"][1] == "Target.Timeout"
        answers = {_ask() for _ in range(4)}
        assert "one" in answers
    finally:
        place.elb.modify_target_group(TargetGroupArn=place.group, Matcher={"HttpCode": "200"})
        docker("unpause", f"{NETWORK}-two")
    until(lambda: place.states() == {"one": "healthy", "two": "healthy"}, INTERVAL * 3 + 10)


def _ask() -> str:
    done = subprocess.run(["curl", "-s", "-m", "3", f"http://{BALANCER}/"], capture_output=True, text=True, check=False)
    return done.stdout
