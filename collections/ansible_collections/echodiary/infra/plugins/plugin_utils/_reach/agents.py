# SPDX-License-Identifier: GPL-3.0-or-later
"""Who of the hosts is there for Session Manager, and waiting for those who are not yet: an agent that is installed at first start takes
its minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from .._common import timestamps

if TYPE_CHECKING:
    from .._account.aws import Aws
    from .hosts import Host

READS = ("ssm:DescribeInstanceInformation",)
#: between two looks, how long nothing is said while nothing changes, and after which people are told what to look at (s)
PAUSE, SILENCE, HINT = 5.0, 30.0, 60.0


def absent(aws: Aws, hosts: Collection[Host]) -> dict[str, str]:
    """Ids of those that are not online, and why."""
    if not hosts:
        return {}
    aws.forget()
    asked = [{"Key": "InstanceIds", "Values": sorted(host.id for host in hosts)}]
    found = aws.find("ssm", "describe_instance_information", "InstanceInformationList[]", Filters=asked)
    heard = {one["InstanceId"]: one for one in found}
    return {host.id: _why(heard.get(host.id)) for host in hosts if heard.get(host.id, {}).get("PingStatus") != "Online"}


def _why(heard: Mapping[str, Any] | None) -> str:
    if heard is None:
        return "its agent was never heard"
    return f"its agent was last heard at {timestamps.to_text(heard['LastPingDateTime'].timestamp())}, and is down or cut off"


def waited_for(aws: Aws, hosts: Collection[Host], seconds: float, tell: Callable[[str], None]) -> dict[str, str]:
    """As ``absent``, as soon as nobody is, and ``seconds`` later at the latest."""
    began, said, before, hinted = time.monotonic(), 0.0, -1, False
    while True:
        why, spent = absent(aws, hosts), time.monotonic() - began
        if not why or spent >= seconds:
            return why
        late = [host for host in hosts if host.id in why]
        if len(late) != before or time.monotonic() - said >= SILENCE:
            said, before = time.monotonic(), len(late)
            who = "; ".join(f"{host}: {why[host.id]}" for host in late)
            tell(f"  waiting  {who}  {timestamps.span(spent)} of {timestamps.span(seconds)}")
        if not hinted and spent >= HINT:
            hinted = True
            for host in late:
                tell(f"  {lateness(host, aws.login.region, spent, why[host.id])}")
        time.sleep(min(PAUSE, seconds - spent))


def lateness(host: Host, region: str, seconds: float, why: str) -> str:
    """What to look at."""
    look = f"aws ec2 get-console-output --region {region} --instance-id {host.id} --latest --output text"
    return (
        f"{host} is not online at Session Manager after {timestamps.span(seconds)}: {why}. The agent is installed at a host's first start, "
        f"and needs a way out to ssm.{region}.amazonaws.com; see what the host says: {look}; "
        f"start it anew: aws ec2 reboot-instances --region {region} --instance-ids {host.id}"
    )
