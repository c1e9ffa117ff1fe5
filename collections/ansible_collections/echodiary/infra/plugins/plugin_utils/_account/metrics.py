# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics that somebody sends: AWS of what it runs, the agent of hosts, filters of what hosts log. Pure.

Alarms and the dashboard are made of these alone, so that none of them waits for something that nobody sends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from . import model, rights
from .kinds import instance

if TYPE_CHECKING:
    from .declaration import Environment

EC2, RDS = "AWS/EC2", "AWS/RDS"
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


def logged(env: Environment) -> Iterator[tuple[str, str]]:
    """Role, and which of REQUESTS, ERRORS and FAILED its hosts' logs tell."""
    watching = env.declared["watching"]
    if not (watching and watching["agent"]):
        return
    for role in sorted(watching["serving"]):
        yield from ((role, name) for name in (REQUESTS, ERRORS) if watching["errors"] is not None)
        yield from ((role, FAILED) for _ in [0] if watching["health"] is not None)
