# SPDX-License-Identifier: GPL-3.0-or-later
"""What targets of load balancers are: as whoever asks them says (``targets.py``), and draining before they are gone."""

from __future__ import annotations

from typing import Any

from .. import targets
from ..errors import RefusedError
from . import Asked, after, instead


@instead("elasticloadbalancing:DescribeTargetHealth")
def target_health(asked: Asked) -> dict[str, Any]:
    group = _group(asked)
    place = asked.memory.targets.get(group.arn, targets.Place())
    everybody = {one: int(known["Port"]) for one, known in group.targets.items()} | place.drains()
    wanted = {str(one["Id"]): int(one.get("Port") or everybody.get(str(one["Id"]), group.port)) for one in asked.get("Targets", ())}
    return {"TargetHealthDescriptions": [_description(asked, group, one, port) for one, port in (wanted or everybody).items()]}


def _description(asked: Asked, group: Any, target: str, port: int) -> dict[str, Any]:
    found = targets.health(asked.memory, group, target)
    said = {"State": found.state, "Reason": found.reason, "Description": found.description}
    health_port = str(port) if group.health_check_port == "traffic-port" else str(group.health_check_port)
    return {
        "Target": {"Id": target, "Port": port},
        "HealthCheckPort": health_port,
        "TargetHealth": {name: value for name, value in said.items() if value},
    }


@instead("elasticloadbalancing:DeregisterTargets")
def deregister(asked: Asked) -> dict[str, Any]:
    """Of one that is not there AWS says that it is done; moto refuses it."""
    group = _group(asked)
    going = [one for one in _named(asked) if one in group.targets]
    targets.deregistered(asked.memory, group, going)
    group.deregister([{"Id": one} for one in going])
    return {}


@after("elasticloadbalancing:RegisterTargets")
def register(asked: Asked, _: dict[str, Any]) -> None:
    targets.registered(asked.memory, _group(asked), _named(asked))


def _named(asked: Asked) -> list[str]:
    return [str(one["Id"]) for one in asked.get("Targets", ())]


def _group(asked: Asked) -> Any:
    found = asked.backend("elbv2").target_groups.get(asked.get("TargetGroupArn"))
    if found is None:
        raise RefusedError("TargetGroupNotFound", "One or more target groups not found")
    return found
