# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets of load balancers as a balancer of the lab finds them: it asks them, and says what came of it. Nothing in here is asked."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .memory import Memory

STATES = frozenset({"initial", "healthy", "unhealthy"})
DELAY = "deregistration_delay.timeout_seconds"


class Health(NamedTuple):
    state: str
    reason: str = ""
    description: str = ""


REGISTERING = Health("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
DRAINING = Health("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
ABSENT = Health("unused", "Target.NotRegistered", "Target is not registered to the target group")
STOPPED = Health("unused", "Target.InvalidState", "Target is in the stopped state")
NOT_IN_USE = Health("unused", "Target.NotInUse", "Target group is not configured to receive traffic from the load balancer")


@dataclass
class Place:
    """Of one group. ``draining``: target -> its port, and when it is over."""

    found: dict[str, Health] = field(default_factory=dict)
    draining: dict[str, tuple[int, float]] = field(default_factory=dict)

    def drains(self) -> dict[str, int]:
        """Those that still do, with their ports."""
        return {one: port for one, (port, until) in self.draining.items() if until > time.time()}


def report(memory: Memory, name: str, found: dict[str, Any]) -> None:
    """``found``: target -> state, reason, description."""
    group = next((one for one in groups() if one.name == name), None)
    if group is None:
        raise LookupError(f"there is no target group {name}")
    told = {one: Health(*(str(said.get(key) or "") for key in Health._fields)) for one, said in found.items()}
    if any(one.state not in STATES for one in told.values()):
        raise ValueError(f"a balancer says of a target that it is one of {', '.join(sorted(STATES))}")
    memory.targets.setdefault(group.arn, Place()).found = told


def deregistered(memory: Memory, group: Any, targets: list[str]) -> None:
    """Requests in flight may go on for as long as the group allows, where a balancer sends it any."""
    place = memory.targets.setdefault(group.arn, Place())
    delay = float(group.attributes[DELAY]) if in_use(group) else 0.0
    for one in targets:
        place.found.pop(one, None)
        place.draining[one] = (int(group.targets[one]["Port"]), time.time() + delay)


def registered(memory: Memory, group: Any, targets: list[str]) -> None:
    place = memory.targets.setdefault(group.arn, Place())
    for one in targets:
        place.draining.pop(one, None)


def health(memory: Memory, group: Any, target: str) -> Health:
    place = memory.targets.get(group.arn, Place())
    if target in group.targets:
        if _stopped(group, target):
            return STOPPED
        return place.found.get(target, REGISTERING) if in_use(group) else NOT_IN_USE
    return DRAINING if target in place.drains() else ABSENT


def in_use(group: Any) -> bool:
    """Whether a listener, or a rule of one, sends anything to it."""
    from moto.elbv2.models import elbv2_backends

    balancers = elbv2_backends[group.account_id][group.region_name].load_balancers.values()
    listeners = [listener for balancer in balancers for listener in balancer.listeners.values()]
    actions = [
        action for one in listeners for action in (*one.default_actions, *(act for rule in one.rules.values() for act in rule.actions))
    ]
    return any(group.arn in _receivers(action.data) for action in actions)


def _receivers(action: dict[str, Any]) -> list[str]:
    several = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
    return [action.get("TargetGroupArn", ""), *(one["TargetGroupArn"] for one in several)]


def _stopped(group: Any, target: str) -> bool:
    found = group.ec2_backend.get_instance_by_id(target) if target.startswith("i-") else None
    return found is not None and found.state == "stopped"


def groups() -> list[Any]:
    from moto.elbv2.models import elbv2_backends

    backends = [backend for account in list(elbv2_backends.values()) for backend in list(account.values())]
    return [group for backend in backends for group in backend.target_groups.values()]
