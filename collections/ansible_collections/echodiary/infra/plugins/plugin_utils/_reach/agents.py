# SPDX-License-Identifier: GPL-3.0-or-later
"""Who of the hosts is there for Session Manager, and waiting for those who are not yet: an agent that is installed at first start takes
its minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from .._common import timestamps

if TYPE_CHECKING:
    from .._account.aws import Aws
    from .hosts import Host

READS = ("ssm:DescribeInstanceInformation",)
#: between two looks, and how long nothing is said while nothing changes (s)
PAUSE, SILENCE = 5.0, 30.0


def online(aws: Aws, hosts: Collection[Host]) -> set[str]:
    """Ids of those that are."""
    if not hosts:
        return set()
    aws.forget()
    asked = [{"Key": "InstanceIds", "Values": sorted(host.id for host in hosts)}]
    found = aws.find("ssm", "describe_instance_information", "InstanceInformationList[]", Filters=asked)
    return {one["InstanceId"] for one in found if one["PingStatus"] == "Online"}


def waited_for(aws: Aws, hosts: Collection[Host], seconds: float, tell: Callable[[str], None]) -> set[str]:
    """As ``online``, as soon as all are, and ``seconds`` later at the latest."""
    began, said, before = time.monotonic(), 0.0, -1
    while True:
        there, spent = online(aws, hosts), time.monotonic() - began
        late = [host for host in hosts if host.id not in there]
        if not late or spent >= seconds:
            return there
        if len(there) != before or time.monotonic() - said >= SILENCE:
            said, before = time.monotonic(), len(there)
            tell(f"  waiting  {', '.join(map(str, late))}  not online at Session Manager  {timestamps.span(spent)}")
        time.sleep(min(PAUSE, seconds - spent))


def lateness(host: Host, region: str, seconds: float) -> str:
    """What to look at."""
    return (
        f"{host} is not online at Session Manager after {timestamps.span(seconds)}: its agent is installed at its first start, and needs a "
        f"way out to ssm.{region}.amazonaws.com; see what it says: aws ec2 get-console-output --region {region} --instance-id {host.id} "
        "--latest --output text"
    )
