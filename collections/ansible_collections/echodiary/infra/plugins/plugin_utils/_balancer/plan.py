# SPDX-License-Identifier: GPL-3.0-or-later
"""What it takes to have hosts out of a target group, or in it; and when they may not go. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .._common import timestamps
from .._common.errors import SpecError
from . import shapes
from .shapes import Group, Host

TAG, UNTAG, REGISTER, DEREGISTER = "tag", "untag", "register", "deregister"


class Step(NamedTuple):
    do: str
    hosts: tuple[Host, ...]


def leave(group: Group) -> list[Step]:
    """The tag first: nobody who provisions meanwhile brings back what goes."""
    return _steps(
        (TAG, [host for host in group.hosts if not host.isolated]),
        (DEREGISTER, [host for host in group.hosts if group.registered(host)]),
    )


def enter(group: Group) -> list[Step]:
    """The tag first: who is cut off in between is registered by whoever provisions next."""
    return _steps(
        (UNTAG, [host for host in group.hosts if host.isolated]),
        (REGISTER, [host for host in group.hosts if not group.registered(host)]),
    )


def _steps(*wanted: tuple[str, Sequence[Host]]) -> list[Step]:
    return [Step(do, tuple(hosts)) for do, hosts in wanted if hosts]


def check_leave(group: Group, minimum: int, last: bool) -> None:
    """SpecError where too few would be left that are healthy: with none, a load balancer sends requests to all that are registered,
    well or not."""
    going = [host for host in group.hosts if group.registered(host)]
    left, least = healthy_beside(group), max(1, minimum)
    if going and left < least and not last:
        who = ", ".join(host.name for host in going)
        raise SpecError(
            f"without {who} target group {group.name} has {left} healthy hosts, and needs {least}: nothing was touched. Bring another "
            "one back first (echodiary.infra.incident.return_host), tell people (echodiary.infra.incident.maintenance), or say -e last=true"
        )


def healthy_beside(group: Group) -> int:
    """How many are healthy that this is not about."""
    ours = {host.id for host in group.hosts}
    return sum(target.state == shapes.HEALTHY for target_id, target in group.targets.items() if target_id not in ours)


def nobody_is_healthy(group: Group) -> bool:
    return not any(target.state == shapes.HEALTHY for target in group.targets.values())


def unwell(group: Group) -> dict[str, str]:
    """Host -> what the load balancer says of it, of those that are meant to take requests and do not."""
    meant = [host for host in group.hosts if not host.isolated]
    said = {host.name: group.of(host) for host in meant}
    return {name: str(target or "not registered") for name, target in said.items() if not target or target.state != shapes.HEALTHY}


def still_there(group: Group) -> dict[str, str]:
    """Host -> what it is, of those that are not out yet."""
    said = {host.name: group.of(host) for host in group.hosts}
    return {name: str(target) for name, target in said.items() if target}


def words(steps: Sequence[Step], group: Group) -> list[str]:
    """For people, before it is done."""
    drained = f", and wait for what is in flight ({timestamps.span(group.timing.delay)} at most)"
    says = {
        TAG: f"tag {{}} as isolated in {group.name}",
        UNTAG: "take the tag of isolation from {}",
        REGISTER: f"register {{}} in target group {group.name}, and wait until it is healthy there",
        DEREGISTER: f"deregister {{}} from target group {group.name}{drained}",
    }
    return [says[step.do].format(", ".join(host.name for host in step.hosts)) for step in steps]


def after(group: Group, steps: Sequence[Step], now: str) -> Group:
    """As it will be."""
    targets, isolated = dict(group.targets), {host.id: host.isolated for host in group.hosts}
    for step in steps:
        for host in step.hosts:
            if step.do == REGISTER:
                targets[host.id] = shapes.Target(shapes.HEALTHY)
            elif step.do == DEREGISTER:
                targets.pop(host.id, None)
            else:
                isolated[host.id] = now if step.do == TAG else ""
    return group._replace(targets=targets, hosts=tuple(host._replace(isolated=isolated[host.id]) for host in group.hosts))


def shown(group: Group) -> dict[str, dict[str, str]]:
    """For a result."""
    return {
        host.name: {"instance": host.id, "isolated": host.isolated, "state": str(group.of(host) or "not registered")}
        for host in group.hosts
    }
