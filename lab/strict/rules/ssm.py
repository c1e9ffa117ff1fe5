# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instances Systems Manager can reach: those that run its agent and may speak to it."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ..memory import Busy
from . import Asked, after, images, instead  # noqa: F401 - the images' parameters are rules too
from .network import living

MAY_SPEAK = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"


@after("ec2:RunInstances")
def agent_starts(asked: Asked, answer: dict[str, Any]) -> None:
    for instance in answer.get("Instances", ()):
        settings = asked.memory.settings
        waits = Busy("starting", time.time() + settings.agent_seconds, settings.agent_describes)
        asked.memory.busy.setdefault(f"agent:{instance['InstanceId']}", waits)


@instead("ssm:DescribeInstanceInformation")
def managed_instances(asked: Asked) -> dict[str, Any]:
    wanted = _wanted(asked)
    found = [_information(instance) for instance in living(asked) if _online(asked, instance)]
    return {"InstanceInformationList": [one for one in found if wanted is None or one["InstanceId"] in wanted]}


def _wanted(asked: Asked) -> set[str] | None:
    """The instances that the filters name; None: all."""
    for one in asked.get("Filters", ()):
        if one.get("Key") == "InstanceIds":
            return set(one.get("Values") or ())
    for one in asked.get("InstanceInformationFilterList", ()):
        if one.get("key") == "InstanceIds":
            return set(one.get("valueSet") or ())
    return None


def _online(asked: Asked, instance: Any) -> bool:
    if instance.state != "running" or MAY_SPEAK not in set(_policies(asked, instance)) or not has_agent(asked, instance):
        return False
    waits = asked.memory.busy.get(f"agent:{instance.id}")
    return waits is None or waits.look() is None


def has_agent(asked: Asked, instance: Any) -> bool:
    """Debian's images come without it: user data has to bring it."""
    image = asked.backend("ec2").amis.get(instance.image_id)
    if image is None or not str(image.name).startswith("debian"):
        return True
    return b"amazon-ssm-agent" in _plain(str(instance.user_data or "").encode())


def _plain(data: bytes) -> bytes:
    """User data as it was meant; moto keeps it as it was sent."""
    try:
        return data + base64.b64decode(data, validate=True)
    except ValueError:
        return data


def _policies(asked: Asked, instance: Any) -> Iterator[str]:
    associations = asked.backend("ec2").iam_instance_profile_associations.values()
    for association in associations:
        if association.instance.id == instance.id:
            for role in association.iam_instance_profile.roles:
                yield from role.managed_policies


def _information(instance: Any) -> dict[str, Any]:
    return {
        "InstanceId": instance.id, "PingStatus": "Online", "LastPingDateTime": datetime.now(UTC), "AgentVersion": "3.3.3050.0",
        "IsLatestVersion": True, "PlatformType": "Linux", "PlatformName": "Debian GNU/Linux", "PlatformVersion": "13",
        "ResourceType": "EC2Instance", "IPAddress": instance.private_ip, "ComputerName": instance.private_dns_name,
    }  # fmt: skip
