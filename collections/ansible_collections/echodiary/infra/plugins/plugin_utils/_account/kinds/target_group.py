# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts that the load balancer asks, and how it knows which of them answer.

A host that an incident's playbook took out bears a tag (``balancing.ISOLATED``) until it is brought back: it is not registered here, which
is no difference, and is told. One that somebody took out without it is registered again.

By AWS's own operations: the module of community.aws has no check mode, and misses a target that is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import balancing, model
from . import elb, instance, tags, vpc

if TYPE_CHECKING:
    from ..aws import Aws
    from ..balancers import Balancer
    from ..declaration import Environment

NAME = "target_group"
EVENTS = "elasticloadbalancing"
#: a listener sends requests to it: AWS would not let it go
EFFECT: model.Effects = dict.fromkeys(("vpc", "protocol", "version", "port", "targets_are"), model.IRREVERSIBLE)
KEPT = False
#: AWS registers what runs
AWAITS = (instance.NAME,)
READS: model.Rights = (
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetHealth",
    *elb.READS,
)
WRITES: model.Rights = (
    "ec2:DescribeInstances",
    "elasticloadbalancing:CreateTargetGroup",
    "elasticloadbalancing:ModifyTargetGroup",
    "elasticloadbalancing:ModifyTargetGroupAttributes",
    "elasticloadbalancing:RegisterTargets",
    "elasticloadbalancing:DeregisterTargets",
    "elasticloadbalancing:DeleteTargetGroup",
    *elb.WRITES,
)
#: field -> as AWS calls it. What asks whether a host answers
_HEALTH = {
    "health_checked": "HealthCheckEnabled",
    "health_protocol": "HealthCheckProtocol",
    "health_port": "HealthCheckPort",
    "health_path": "HealthCheckPath",
    "health_interval": "HealthCheckIntervalSeconds",
    "health_timeout": "HealthCheckTimeoutSeconds",
    "healthy_after": "HealthyThresholdCount",
    "unhealthy_after": "UnhealthyThresholdCount",
}
_ATTRIBUTES = {
    "drain_seconds": "deregistration_delay.timeout_seconds",
    "algorithm": "load_balancing.algorithm.type",
    "slow_start": "slow_start.duration_seconds",
    "sticky": "stickiness.enabled",
}
#: a host that is gone, or leaves, is out within half a minute: incidents wait for that (``incident_leaving_seconds``)
_SAFE: Mapping[str, Any] = {
    "protocol": "HTTP",
    "version": "HTTP1",
    "targets_are": "instance",
    "health_checked": True,
    "health_protocol": "HTTP",
    "health_port": "traffic-port",
    "health_interval": 10,
    "health_timeout": 5,
    "healthy_after": 2,
    "unhealthy_after": 3,
    "health_codes": "200",
    "algorithm": "least_outstanding_requests",
    "slow_start": 0,
    "sticky": False,
}
_GONE = ("draining", "unused.Target.NotRegistered")


def called(env: Environment, balancer: Balancer) -> str:
    return balancing.target_group(env.declared["project"], env.name, balancer["role"])


def declared(env: Environment) -> Iterator[model.Wanted]:
    balancer = env.declared["balancer"]
    if balancer:
        name = called(env, balancer)
        asked = {"port": balancer["port"], "health_path": balancer["health_path"], "drain_seconds": balancer["drain_seconds"]}
        targets = [model.Ref(instance.NAME, host) for host in env.hosts(balancer["role"])]
        fields = {"vpc": model.Ref(vpc.NAME, env.prefix), **_SAFE, **asked, "targets": targets, "tags": env.tags(name)}
        yield model.Wanted(model.Resource(NAME, name), fields)


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    every = aws.find("elbv2", "describe_target_groups", "TargetGroups[]")
    given = elb.tagged(aws, [one["TargetGroupArn"] for one in every])
    names = {want.resource.name for want in declared(env)}
    for one in every:
        its = given.get(one["TargetGroupArn"], {})
        if one["TargetGroupName"] in names or tags.are_ours(its, env):
            yield _seen(aws, env, one, its)


def _seen(aws: Aws, env: Environment, one: Mapping[str, Any], given: Mapping[str, str]) -> model.Seen:
    arn, name = one["TargetGroupArn"], one["TargetGroupName"]
    attributes = elb.read(aws.find("elbv2", "describe_target_group_attributes", "Attributes[]", TargetGroupArn=arn), _ATTRIBUTES)
    what = {"vpc": one.get("VpcId"), "protocol": one.get("Protocol"), "version": one.get("ProtocolVersion"), "port": one.get("Port")}
    health = {field: one.get(told) for field, told in _HEALTH.items()}
    registered = _registered(aws, one)
    out = {} if name not in {want.resource.name for want in declared(env)} else _isolated(aws, env)
    fields = {
        **what,
        "targets_are": one.get("TargetType"),
        **health,
        "health_codes": (one.get("Matcher") or {}).get("HttpCode"),
        **attributes,
        "targets": [*registered, *(identity for identity in out if identity not in registered)],
        "tags": tags.compared(given, env),
    }
    notes = tuple(_note(host, since, identity in registered) for identity, (host, since) in sorted(out.items()))
    return model.Seen(model.Resource(NAME, name), arn, fields, tags.are_ours(given, env), notes=notes)


def _registered(aws: Aws, group: Mapping[str, Any]) -> list[str]:
    """Instances; with the port where it is another. One that leaves counts no more."""
    found = aws.find("elbv2", "describe_target_health", "TargetHealthDescriptions[]", TargetGroupArn=group["TargetGroupArn"])
    return [_target(one["Target"], group.get("Port")) for one in found if _health(one) not in _GONE]


def _health(one: Mapping[str, Any]) -> str:
    state = one["TargetHealth"]
    return f"{state['State']}.{state.get('Reason')}" if state["State"] == "unused" else str(state["State"])


def _target(target: Mapping[str, Any], port: int | None) -> str:
    return str(target["Id"]) if target.get("Port") in (None, port) else f"{target['Id']}:{target['Port']}"


def _isolated(aws: Aws, env: Environment) -> dict[str, tuple[str, str]]:
    """Of the hosts that are declared here: instance -> name, and since when it is out."""
    balancer = env.declared["balancer"]
    meant = env.hosts(balancer["role"]) if balancer else []
    return {identity: (name, since) for identity, name, since in instance.isolated(aws, env) if name in meant}


def _note(host: str, since: str, is_registered: bool) -> str:
    where = "is asked all the same: somebody registered it" if is_registered else "is not asked"
    return f"{host} is isolated since {since}, and {where}; ansible-playbook echodiary.infra.incident.return_host brings it back"


def hands(goal: model.Goal) -> model.Calls:
    arn = goal.id
    if not arn:
        made = yield model.Api("elbv2", "create_target_group", {**_created(goal), **_asked(goal, _HEALTH)})
        found: Any = made["TargetGroups"]
        arn = found[0]["TargetGroupArn"]
    else:
        if goal.differs(*_HEALTH, "health_codes"):
            yield model.Api("elbv2", "modify_target_group", {"TargetGroupArn": arn, **_asked(goal, _HEALTH)})
        if goal.differs("tags"):
            yield elb.given(goal)
    attributes = elb.written(goal, _ATTRIBUTES)
    if attributes:
        yield model.Api("elbv2", "modify_target_group_attributes", {"TargetGroupArn": arn, "Attributes": attributes})
    yield from _targets(goal, arn)


def _created(goal: model.Goal) -> dict[str, Any]:
    return {
        "Name": goal.name,
        "Protocol": goal.fields["protocol"],
        "ProtocolVersion": goal.fields["version"],
        "Port": goal.fields["port"],
        "VpcId": goal.fields["vpc"],
        "TargetType": goal.fields["targets_are"],
        "Tags": tags.written(goal.fields["tags"]),
    }


def _asked(goal: model.Goal, names: Mapping[str, str]) -> dict[str, Any]:
    return {**{told: goal.fields[field] for field, told in names.items()}, "Matcher": {"HttpCode": goal.fields["health_codes"]}}


def _targets(goal: model.Goal, arn: str) -> model.Calls:
    has, wants = set(goal.before.get("targets", ())), set(goal.fields["targets"])
    new = sorted(wants - has)
    if new and not goal.id:
        # what has just been made has no host yet, those that are out among them
        found = yield model.Api("ec2", "describe_instances", {"InstanceIds": new})
        out = {one["InstanceId"] for one in _instances(found) if balancing.ISOLATED in tags.read(one.get("Tags"))}
        new = [one for one in new if one not in out]
    if new:
        yield model.Api("elbv2", "register_targets", {"TargetGroupArn": arn, "Targets": [_given(one) for one in new]})
    if has - wants:
        yield model.Api("elbv2", "deregister_targets", {"TargetGroupArn": arn, "Targets": [_given(one) for one in sorted(has - wants)]})


def _instances(answer: Mapping[str, Any]) -> list[Any]:
    return [one for reservation in answer["Reservations"] for one in reservation["Instances"]]


def _given(target: str) -> dict[str, Any]:
    identity, _, port = target.partition(":")
    return {"Id": identity, "Port": int(port)} if port else {"Id": identity}


def remove(seen: model.Seen) -> model.Calls:
    yield model.Api("elbv2", "delete_target_group", {"TargetGroupArn": seen.id})
