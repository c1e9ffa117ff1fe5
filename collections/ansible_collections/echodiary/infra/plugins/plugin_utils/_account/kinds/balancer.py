# SPDX-License-Identifier: GPL-3.0-or-later
"""The load balancer: what users ask, in every zone, at its own security group (``packets.py``). It takes no header that is none, tells
hosts who asked (``haproxy_trusted_proxies``), and refuses to be deleted as long as the environment is protected.

By AWS's own operations: the module of amazon.aws fails in check mode where groups are still to be made, and takes listeners along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import model
from . import elb, security_group, subnet, tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "balancer"
EVENTS = "elasticloadbalancing"
EFFECT: model.Effects = {"scheme": model.REPLACE}
KEPT = False
RUNS = True
#: how long AWS may take for it (s)
SETTLES = 10 * 60
READS: model.Rights = (
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    *elb.READS,
)
WRITES: model.Rights = (
    "elasticloadbalancing:CreateLoadBalancer",
    "elasticloadbalancing:ModifyLoadBalancerAttributes",
    "elasticloadbalancing:SetSubnets",
    "elasticloadbalancing:SetSecurityGroups",
    "elasticloadbalancing:SetIpAddressType",
    "elasticloadbalancing:DeleteLoadBalancer",
    "ec2:DescribeNetworkInterfaces",
    "iam:CreateServiceLinkedRole",
    *elb.WRITES,
)
#: field -> as AWS calls it
_ATTRIBUTES = {
    "deletion_protection": "deletion_protection.enabled",
    "idle_seconds": "idle_timeout.timeout_seconds",
    "connection_seconds": "client_keep_alive.seconds",
    "drops_invalid_headers": "routing.http.drop_invalid_header_fields.enabled",
    "desync": "routing.http.desync_mitigation_mode",
    "http2": "routing.http2.enabled",
    "forwarded_for": "routing.http.xff_header_processing.mode",
    "forwarded_port": "routing.http.xff_client_port.enabled",
    "logs": "access_logs.s3.enabled",
}
_SAFE: Mapping[str, Any] = {
    "scheme": "internet-facing",
    "addresses": "ipv4",
    "connection_seconds": 3600,
    "drops_invalid_headers": True,
    "desync": "defensive",
    "http2": True,
    # hosts believe the last address of it, which has to be one
    "forwarded_for": "append",
    "forwarded_port": False,
    "logs": False,
}
_PROVISIONING = "provisioning"


def declared(env: Environment) -> Iterator[model.Wanted]:
    balancer = env.declared["balancer"]
    if balancer:
        places = {
            "subnets": [model.Ref(subnet.NAME, subnet.called(env, "public", zone)) for zone, _, _ in env.zones()],
            "security_groups": [model.Ref(security_group.NAME, env.called(security_group.BALANCER))],
        }
        asked = {"deletion_protection": env.declared["protected"], "idle_seconds": balancer["idle_seconds"]}
        yield model.Wanted(model.Resource(NAME, env.prefix), {**_SAFE, **places, **asked, "tags": env.tags(env.prefix)})


def found(aws: Aws, env: Environment) -> Iterator[tuple[Any, dict[str, str]]]:
    """The environment's, by name or tags, each with its tags."""
    every = [one for one in aws.find("elbv2", "describe_load_balancers", "LoadBalancers[]") if one["Type"] == "application"]
    given = elb.tagged(aws, [one["LoadBalancerArn"] for one in every])
    for one in every:
        its = given.get(one["LoadBalancerArn"], {})
        if (env.declared["balancer"] and one["LoadBalancerName"] == env.prefix) or tags.are_ours(its, env):
            yield one, its


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for one, given in found(aws, env):
        arn, state = one["LoadBalancerArn"], one["State"]["Code"]
        attributes = aws.find("elbv2", "describe_load_balancer_attributes", "Attributes[]", LoadBalancerArn=arn)
        fields = {
            "scheme": one["Scheme"],
            "addresses": one["IpAddressType"],
            "subnets": [zone["SubnetId"] for zone in one["AvailabilityZones"]],
            "security_groups": one.get("SecurityGroups", []),
            **elb.read(attributes, _ATTRIBUTES),
            "tags": tags.compared(given, env),
        }
        resource = model.Resource(NAME, one["LoadBalancerName"])
        yield model.Seen(resource, arn, fields, tags.are_ours(given, env), state != _PROVISIONING, state, tuple(_notes(state)))


def _notes(state: str) -> Iterator[str]:
    if state not in ("active", _PROVISIONING):
        yield f"AWS says that it is {state}"


def hands(goal: model.Goal) -> model.Calls:
    arn = goal.id
    if not arn:
        made = yield model.Api("elbv2", "create_load_balancer", _created(goal))
        found: Any = made["LoadBalancers"]
        arn = found[0]["LoadBalancerArn"]
    else:
        yield from _moved(goal)
    attributes = elb.written(goal, _ATTRIBUTES)
    if attributes:
        yield model.Api("elbv2", "modify_load_balancer_attributes", {"LoadBalancerArn": arn, "Attributes": attributes})


def _created(goal: model.Goal) -> dict[str, Any]:
    return {
        "Name": goal.name,
        "Type": "application",
        "Scheme": goal.fields["scheme"],
        "IpAddressType": goal.fields["addresses"],
        "Subnets": goal.fields["subnets"],
        "SecurityGroups": goal.fields["security_groups"],
        "Tags": tags.written(goal.fields["tags"]),
    }


def _moved(goal: model.Goal) -> model.Calls:
    its = {"LoadBalancerArn": goal.id}
    if goal.differs("subnets"):
        yield model.Api("elbv2", "set_subnets", {**its, "Subnets": goal.fields["subnets"]})
    if goal.differs("security_groups"):
        yield model.Api("elbv2", "set_security_groups", {**its, "SecurityGroups": goal.fields["security_groups"]})
    if goal.differs("addresses"):
        yield model.Api("elbv2", "set_ip_address_type", {**its, "IpAddressType": goal.fields["addresses"]})
    if goal.differs("tags"):
        yield elb.given(goal)


def lingers(aws: Aws, seen: model.Seen) -> str:
    """Its interfaces stand in subnets and groups for a while after it is gone, and AWS lets neither go before."""
    filters = [{"Name": "description", "Values": [f"ELB {seen.id.partition(':loadbalancer/')[2]}"]}]
    left = aws.find("ec2", "describe_network_interfaces", "NetworkInterfaces[]", Filters=filters)
    return "giving its addresses back" if left else ""


def remove(seen: model.Seen) -> model.Calls:
    """Whoever says prune means one that is protected as well; a whole environment is not torn down before its declaration says so."""
    if seen.fields["deletion_protection"]:
        off = [{"Key": _ATTRIBUTES["deletion_protection"], "Value": "false"}]
        yield model.Api("elbv2", "modify_load_balancer_attributes", {"LoadBalancerArn": seen.id, "Attributes": off})
    yield model.Api("elbv2", "delete_load_balancer", {"LoadBalancerArn": seen.id})
