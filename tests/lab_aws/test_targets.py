# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets of a load balancer: what they are is what a balancer of the lab found, and one that goes drains first."""

from __future__ import annotations

import time
from typing import Any

import pytest

from lab.strict.server import Server
from tests.lab_aws import account
from tests.lab_aws.clients import client, refused


class Place:
    """A load balancer, its target group, and an instance in that."""

    def __init__(self, aws: Server, listens: bool = True, delay: int = 300) -> None:
        self.aws, self.elb, network = aws, client(aws, "elbv2"), account.network(aws)
        made = self.elb.create_target_group(Name="app", Protocol="HTTP", Port=80, VpcId=network.vpc, HealthCheckPath="/health")
        self.group = made["TargetGroups"][0]["TargetGroupArn"]
        wanted = [{"Key": "deregistration_delay.timeout_seconds", "Value": str(delay)}]
        self.elb.modify_target_group_attributes(TargetGroupArn=self.group, Attributes=wanted)
        self.instance = account.instance(aws, network)
        if listens:
            balancer = self.elb.create_load_balancer(Name="edge", Subnets=network.subnets, SecurityGroups=[network.group])["LoadBalancers"][
                0
            ]
            forward = [{"Type": "forward", "TargetGroupArn": self.group}]
            self.elb.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=forward)
        self.elb.register_targets(**self.target())

    def target(self) -> dict[str, Any]:
        return {"TargetGroupArn": self.group, "Targets": [{"Id": self.instance}]}

    def states(self) -> list[tuple[str, str]]:
        """Of all that the group has."""
        found = self.elb.describe_target_health(TargetGroupArn=self.group)["TargetHealthDescriptions"]
        return [(one["TargetHealth"]["State"], one["TargetHealth"].get("Reason", "")) for one in found]

    def asked(self) -> str:
        """Of the target, by its name."""
        return str(self.elb.describe_target_health(**self.target())["TargetHealthDescriptions"][0]["TargetHealth"]["Reason"])


def test_a_target_is_what_a_balancer_found(aws: Server) -> None:
    place = Place(aws)
    assert place.states() == [("initial", "Elb.RegistrationInProgress")]
    aws.found("app", **{place.instance: "healthy"})
    assert place.states() == [("healthy", "")]
    with pytest.raises(ValueError, match="one of"):
        aws.found("app", **{place.instance: "fine"})
    with pytest.raises(LookupError):
        aws.found("other")


def test_a_group_that_no_listener_sends_to_is_not_in_use(aws: Server) -> None:
    assert Place(aws, listens=False).states() == [("unused", "Target.NotInUse")]


def test_an_instance_that_is_stopped_is_no_target(aws: Server) -> None:
    place = Place(aws)
    client(aws, "ec2").stop_instances(InstanceIds=[place.instance])
    assert place.states() == [("unused", "Target.InvalidState")]


def test_one_that_goes_drains_for_as_long_as_the_group_says(aws: Server) -> None:
    place = Place(aws, delay=1)
    aws.found("app", **{place.instance: "healthy"})
    place.elb.deregister_targets(**place.target())
    assert place.states() == [("draining", "Target.DeregistrationInProgress")]
    time.sleep(1.1)
    assert place.states() == [] and place.asked() == "Target.NotRegistered"


def test_one_that_comes_back_while_it_drains_is_asked_anew(aws: Server) -> None:
    place = Place(aws)
    aws.found("app", **{place.instance: "healthy"})
    place.elb.deregister_targets(**place.target())
    place.elb.register_targets(**place.target())
    assert place.states() == [("initial", "Elb.RegistrationInProgress")]


def test_of_one_that_is_not_there_it_is_done(aws: Server) -> None:
    place = Place(aws, delay=0)
    for _ in range(2):
        place.elb.deregister_targets(**place.target())
    assert place.states() == []
    with refused("TargetGroupNotFound"):
        place.elb.describe_target_health(TargetGroupArn=place.group.replace("app", "other"))
