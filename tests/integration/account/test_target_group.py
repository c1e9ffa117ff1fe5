# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts out of the target group of a load balancer and back, on the imitation: what it holds afterwards, and what was asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.echodiary.infra.plugins.action import target_group
from ansible_collections.echodiary.infra.plugins.plugin_utils._balancer import apply
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import behind as rolls
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

from lab.strict.server import Server
from tests.lab_aws import account
from tests.lab_aws.clients import REGION, client

NAME = "echodiary-production-app"
LOGIN = {"region": REGION, "access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": "any-secret-will-do"}


class Behind:
    """Two hosts behind a load balancer that finds them well, and goes on to look."""

    def __init__(self, aws: Server, delay: int = 0) -> None:
        self.aws, self.elb, self.ec2 = aws, client(aws, "elbv2"), client(aws, "ec2")
        network = account.network(aws)
        checks = {"HealthCheckPath": "/health", "HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 2}
        made = self.elb.create_target_group(Name=NAME, Protocol="HTTP", Port=80, VpcId=network.vpc, HealthyThresholdCount=2, **checks)
        self.group = made["TargetGroups"][0]["TargetGroupArn"]
        wanted = [{"Key": "deregistration_delay.timeout_seconds", "Value": str(delay)}]
        self.elb.modify_target_group_attributes(TargetGroupArn=self.group, Attributes=wanted)
        balancer = self.elb.create_load_balancer(Name="edge", Subnets=network.subnets, SecurityGroups=[network.group])["LoadBalancers"][0]
        forward = [{"Type": "forward", "TargetGroupArn": self.group}]
        self.elb.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=forward)
        self.ids = {host: self._instance(network, host) for host in ("app1", "app2")}
        self.elb.register_targets(TargetGroupArn=self.group, Targets=[{"Id": one} for one in self.ids.values()])
        self.well()
        aws.forget()

    def _instance(self, network: account.Network, host: str) -> str:
        named = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": host}]}]
        return account.instance(self.aws, network, TagSpecifications=named)

    def well(self, **otherwise: str) -> None:
        """``otherwise``: host -> what the balancer finds instead."""
        self.aws.found(NAME, **{one: otherwise.get(host, "healthy") for host, one in self.ids.items()})

    def states(self) -> dict[str, str]:
        found = self.elb.describe_target_health(TargetGroupArn=self.group)["TargetHealthDescriptions"]
        said = {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in found}
        return {host: said[one] for host, one in self.ids.items() if one in said}

    def isolated(self) -> list[str]:
        found = self.ec2.describe_instances(Filters=[{"Name": "tag-key", "Values": ["Isolated"]}])["Reservations"]
        return sorted(
            host for host, one in self.ids.items() if any(one == each["InstanceId"] for part in found for each in part["Instances"])
        )

    def rig(self, host: str = "app1", **variables: Any) -> Rig:
        hosts = {"groups": {"app": ["app1", "app2"]}, "hostvars": {"app1": {}, "app2": {"aws_instance_id": self.ids["app2"]}}}
        where = {"echodiary_aws": {**LOGIN, "endpoint_url": self.aws.url}, "echodiary_environment": "production"}
        return Rig(
            target_group, inventory_hostname=host, **{**hosts, **where, "aws_environment": {"balancer": {"domain": "d"}}, **variables}
        )

    def writes(self) -> list[str]:
        return [call.operation.partition(":")[2] for call in self.aws.writes()]


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "PAUSE", 0.05)


@pytest.fixture
def behind(running: Server) -> Behind:
    running.reset()
    return Behind(running)


def refusal(rig: Rig, **args: Any) -> str:
    with pytest.raises(AnsibleActionFail) as caught:
        rig.run(**args)
    return str(caught.value)


def test_a_host_goes_and_comes_back(behind: Behind) -> None:
    host = "app2"
    predicted = behind.rig(host).run(check=True, state="out")
    assert predicted["changed"] and behind.writes() == []
    gone = behind.rig(host).run(state="out", grace=0)
    assert gone["changed"] and set(behind.states()) == {"app1", "app2"} - {host} and behind.isolated() == [host]
    assert {**gone["hosts"][host], "isolated": ""} == {**predicted["hosts"][host], "isolated": ""}
    assert behind.writes() == ["CreateTags", "DeregisterTargets"]
    assert not behind.rig(host).run(state="out", grace=60)["changed"]
    with FoundLater(behind):
        back = behind.rig(host).run(state="in")
    assert back["changed"] and behind.states() == {"app1": "healthy", "app2": "healthy"} and behind.isolated() == []
    assert not behind.rig(host).run(state="in")["changed"]


class FoundLater:
    """A balancer finds everybody well a moment later."""

    def __init__(self, behind: Behind) -> None:
        self._timer = threading.Timer(1.0, behind.well)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.join()


@pytest.mark.full
def test_what_is_in_flight_may_end_before_it_is_out(running: Server) -> None:
    running.reset()
    behind = Behind(running, delay=1)
    began = time.monotonic()
    behind.rig().run(state="out", grace=0)
    assert time.monotonic() - began >= 1 and set(behind.states()) == {"app2"}


@pytest.mark.parametrize("other", ["unhealthy", pytest.param("initial", marks=pytest.mark.full)])
def test_the_last_healthy_one_stays(behind: Behind, other: str) -> None:
    behind.well(app2=other)
    for check in (True, False):
        said = refusal(behind.rig(), check=check, state="out", grace=0)
        assert "0 healthy" in said and "-e last=true" in said
    assert behind.writes() == [] and behind.states() == {"app1": "healthy", "app2": other}
    assert behind.rig().run(state="out", grace=0, last=True)["changed"]


@pytest.mark.full
def test_fewer_than_a_minimum_never_stay(behind: Behind) -> None:
    assert "needs 2" in refusal(behind.rig(), state="out", minimum=2)
    assert behind.writes() == []


@pytest.mark.full
def test_who_is_not_well_is_named_with_why(behind: Behind) -> None:
    behind.well(app2="unhealthy")
    said = refusal(behind.rig(), state="healthy", hosts=["app1", "app2"], wait=0, otherwise="now do this")
    assert "app2 healthy: unhealthy" in said and "app1" not in said and said.endswith("now do this")
    told = behind.rig().run(state="healthy", hosts=["app1", "app2"], wait=0, required=False)
    assert "app2 healthy: unhealthy" in told["msg"]
    assert behind.rig().run(state="healthy", hosts=["app1"], wait=0)["group"] == NAME


def test_where_nobody_is_healthy_a_deploy_has_nobody_to_lose(behind: Behind) -> None:
    """Hosts that wait for their first release, and those of an outage. One that is healthy could be lost, so the others are in the way."""
    behind.well(app1="unhealthy", app2="unhealthy")
    begins = {"state": "healthy", "hosts": ["app1", "app2"], "wait": 0, "accept_none": True}
    assert "nobody healthy" in behind.rig().run(**begins)["msg"]
    behind.well(app2="unhealthy")
    assert "app2 healthy: unhealthy" in refusal(behind.rig(), **begins)


@pytest.mark.full
def test_who_is_isolated_need_not_be_well(behind: Behind) -> None:
    behind.rig("app2").run(state="out", grace=0)
    told = behind.rig().run(state="healthy", hosts=["app1", "app2"], wait=0)
    since = told["hosts"]["app2"]["isolated"]
    assert since and told["msg"] == f"{NAME} finds app1 healthy; app2 is isolated since {since}, and stays out of {NAME}"


def test_a_host_that_converges_rolls_beside_hosts_that_are_well_and_is_looked_at_afterwards(
    behind: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(host: str, _: str, args: Mapping[str, Any]) -> dict[str, Any]:
        return behind.rig(host).run(**args)

    rig = behind.rig()
    its: Any = SimpleNamespace(host="app1", vars=rig.variables, variable=rig.variables.get, act_on=asked, say=lambda *_: None)
    its.vars["groups"]["all"] = ["app1", "app2"]
    turn = rolls.Turn(its)
    behind.well(app2="unhealthy")
    assert "app2 healthy: unhealthy" in turn.taken("web") and not turn.component
    behind.well(app1="unhealthy")
    assert turn.taken("web") == "" and not turn.component
    behind.well()
    assert turn.taken("web") == "" and turn.component == "web"
    monkeypatch.setattr(rolls, "time", SimpleNamespace(time=lambda: time.time() - 12))
    assert turn.ended() == "" and not turn.component and behind.writes() == []


@pytest.mark.full
def test_an_answer_that_was_lost_is_asked_for_again(behind: Behind) -> None:
    for operation in ("ec2:CreateTags", "elasticloadbalancing:DeregisterTargets"):
        behind.aws.fault(kind="error", code="InternalError", status=500, operation=operation, nth=1, times=1, after=True)
    behind.rig().run(state="out", grace=0)
    assert set(behind.states()) == {"app2"} and behind.isolated() == ["app1"]
    behind.aws.no_faults()


def test_where_aws_does_not_answer_nothing_is_touched(behind: Behind) -> None:
    cut_off = behind.rig(echodiary_aws={**LOGIN, "endpoint_url": "http://127.0.0.1:9"})
    said = refusal(cut_off, state="out", otherwise="go by its health check: -e echodiary_target_group=false")
    assert "could not be asked" in said and "echodiary_target_group=false" in said
    assert behind.writes() == []


@pytest.mark.full
def test_aws_may_be_silent_for_a_while_in_the_middle_of_something(behind: Behind) -> None:
    silent = {
        "kind": "error",
        "code": "ServiceUnavailable",
        "status": 503,
        "operation": "elasticloadbalancing:DescribeTargetGroups",
        "times": 4,
    }
    behind.aws.fault(**silent)
    assert "ServiceUnavailable" in refusal(behind.rig(), state="healthy", wait=0)
    behind.aws.no_faults()
    behind.aws.fault(**silent)
    behind.well()
    found = behind.rig().run(state="healthy", wait=0, since=time.time() - 17)
    behind.aws.no_faults()
    assert found["hosts"]["app1"]["state"] == "healthy"


@pytest.mark.full
def test_a_right_that_is_missing_is_named(behind: Behind) -> None:
    behind.aws.fault(kind="error", code="AccessDenied", status=403, operation="elasticloadbalancing:DescribeTargetHealth")
    assert "DescribeTargetHealth" in refusal(behind.rig(), state="out")
    behind.aws.no_faults()


@pytest.mark.full
def test_a_host_that_nobody_knows_is_no_host(behind: Behind) -> None:
    behind.ec2.delete_tags(Resources=[behind.ids["app1"]], Tags=[{"Key": "Name"}])
    assert "no instance" in refusal(behind.rig(), state="out")
    assert "there is no target group other" in refusal(behind.rig(echodiary_target_group="other"), state="out")
