# SPDX-License-Identifier: GPL-3.0-or-later
"""A target group and its hosts, as AWS says they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._account import balancing
from .._account.kinds import tags
from .._common.errors import SpecError
from .shapes import Group, Host, Target, Timing

if TYPE_CHECKING:
    from .._account.aws import Aws

READS = (
    "ec2:DescribeInstances",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
)
_DELAY = "deregistration_delay.timeout_seconds"
#: AWS's own, where nobody has said one (s)
_DEFAULT_DELAY = 300.0
_THERE = ["pending", "running", "stopping", "stopped"]


def observe(aws: Aws, name: str, wanted: Mapping[str, str]) -> Group:
    """``wanted``: host -> the instance that the inventory says it is, or nothing."""
    aws.forget()
    found = aws.one("elbv2", "describe_target_groups", "TargetGroups[]", ("TargetGroupNotFound",), Names=[name])
    if found is None:
        raise SpecError(
            f"there is no target group {name} in {aws.login.region}: nothing was touched. ansible-playbook echodiary.infra.provision "
            "makes it; where there is none on purpose: -e echodiary_target_group=false"
        )
    if found["TargetType"] != "instance":
        raise SpecError(
            f"target group {name} has targets of type {found['TargetType']}, and hosts are registered as instances: nothing was touched"
        )
    arn, network = found["TargetGroupArn"], found["VpcId"]
    hosts = tuple(_host(aws, network, one, instance) for one, instance in sorted(wanted.items()))
    return Group(name, arn, network, _timing(aws, found), targets(aws, arn), hosts)


def again(aws: Aws, group: Group) -> Group:
    """With what has changed of its targets."""
    aws.forget()
    return group._replace(targets=targets(aws, group.arn))


def targets(aws: Aws, arn: str) -> dict[str, Target]:
    """Those that drain are among them."""
    every = aws.find("elbv2", "describe_target_health", "TargetHealthDescriptions[]", TargetGroupArn=arn)
    return {one["Target"]["Id"]: _target(one["TargetHealth"]) for one in every}


def _target(said: Mapping[str, Any]) -> Target:
    why = [str(said[key]) for key in ("Reason", "Description") if said.get(key)]
    return Target(str(said["State"]), ": ".join(why))


def _timing(aws: Aws, found: Mapping[str, Any]) -> Timing:
    every = aws.find("elbv2", "describe_target_group_attributes", "Attributes[]", TargetGroupArn=found["TargetGroupArn"])
    delay = {one["Key"]: one["Value"] for one in every}.get(_DELAY)
    return Timing(
        interval=float(found["HealthCheckIntervalSeconds"]),
        timeout=float(found["HealthCheckTimeoutSeconds"]),
        healthy=int(found["HealthyThresholdCount"]),
        unhealthy=int(found["UnhealthyThresholdCount"]),
        delay=_DEFAULT_DELAY if delay is None else float(delay),
    )


def _host(aws: Aws, network: str, name: str, instance: str) -> Host:
    which = {"Name": "instance-id", "Values": [instance]} if instance else {"Name": "tag:Name", "Values": [name]}
    filters = [which, {"Name": "vpc-id", "Values": [network]}, {"Name": "instance-state-name", "Values": _THERE}]
    found = aws.find("ec2", "describe_instances", "Reservations[].Instances[]", Filters=filters)
    if len(found) != 1:
        raise SpecError(f"{_how_many(found)} {_called(name, instance)} in the network of the target group ({network}): nothing was touched")
    return Host(name, found[0]["InstanceId"], tags.read(found[0].get("Tags")).get(balancing.ISOLATED, ""))


def _how_many(found: Sequence[Any]) -> str:
    return f"{len(found)} instances are" if found else "no instance is"


def _called(name: str, instance: str) -> str:
    return f"{instance}, as the inventory calls {name}," if instance else f"called {name} (tag Name)"
