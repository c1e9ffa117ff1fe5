# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics that somebody sends: AWS of what it runs, the agent of hosts, filters of what hosts log. Pure.

Alarms and the dashboard are made of these alone, so that none of them waits for something that nobody sends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from . import model, rights
from .kinds import balancer as load_balancer
from .kinds import instance, target_group

if TYPE_CHECKING:
    from .balancers import Balancer
    from .declaration import Environment

EC2, RDS, BALANCER = "AWS/EC2", "AWS/RDS", "AWS/ApplicationELB"
#: dimension that is the last part of an ARN -> what of the ARN's resource stands before it
_PARTS = {"LoadBalancer": "loadbalancer/", "TargetGroup": ""}
#: as the agent calls them: its measurement ``used_percent`` of ``mem`` and ``disk``
MEMORY, DISK = "mem_used_percent", "disk_used_percent"
ROOT = "/"
#: filters of what hosts log -> the metric's name
REQUESTS, ERRORS, FAILED = "Requests", "ServerErrors", "HealthChecksFailed"


class Metric(NamedTuple):
    """``dimensions``: all of them, since AWS knows a metric by them; ``stat`` and ``period`` (s): how it is looked at."""

    namespace: str
    name: str
    dimensions: Mapping[str, str | model.Ref]
    stat: str = "Average"
    period: int = 300


def of_host(name: str, host: str, stat: str = "Average", period: int = 300) -> Metric:
    """Of EC2."""
    return Metric(EC2, name, {"InstanceId": model.Ref(instance.NAME, host)}, stat, period)


def of_agent(env: Environment, name: str, host: str) -> Metric:
    """Of the root file system alone: another one has to be named by whoever mounts it."""
    more = {"path": ROOT} if name == DISK else {}
    return Metric(rights.namespace(env), name, {"InstanceId": model.Ref(instance.NAME, host), **more}, period=60)


def of_logs(env: Environment, name: str, role: str, period: int = 300) -> Metric:
    return Metric(rights.namespace(env), f"{name}-{role}", {}, "Sum", period)


def of_database(env: Environment, name: str) -> Metric:
    return Metric(RDS, name, {"DBInstanceIdentifier": env.prefix})


def of_balancer(env: Environment, name: str, stat: str = "Sum", period: int = 300) -> Metric:
    return Metric(BALANCER, name, {"LoadBalancer": model.Ref(load_balancer.NAME, env.prefix)}, stat, period)


def of_targets(env: Environment, balancer: Balancer, name: str) -> Metric:
    """Of the hosts behind the load balancer, as it finds them."""
    group = model.Ref(target_group.NAME, target_group.called(env, balancer))
    whole = of_balancer(env, name, "Maximum", 60)
    return whole._replace(dimensions={**whole.dimensions, "TargetGroup": group})


def told(dimension: str, value: str) -> str:
    """As CloudWatch writes it."""
    if dimension in _PARTS and value.startswith("arn:"):
        return value.split(":", 5)[5].removeprefix(_PARTS[dimension])
    return value


def read(env: Environment, dimension: str, value: str) -> str:
    """The id of what CloudWatch means."""
    return env.arn("elasticloadbalancing", f"{_PARTS[dimension]}{value}") if dimension in _PARTS else value


def logging(env: Environment) -> list[str]:
    """Roles whose logs tell what users get: those that no load balancer stands before."""
    watching, balancer = env.declared["watching"], env.declared["balancer"]
    if not (watching and watching["agent"]):
        return []
    return [role for role in sorted(watching["serving"]) if not (balancer and balancer["role"] == role)]


def logged(env: Environment) -> Iterator[tuple[str, str]]:
    """Role, and which of REQUESTS, ERRORS and FAILED its hosts' logs tell."""
    watching = env.declared["watching"]
    for role in logging(env):
        if watching and watching["errors"] is not None:
            yield from ((role, name) for name in (REQUESTS, ERRORS))
        if watching and watching["health"] is not None:
            yield role, FAILED
