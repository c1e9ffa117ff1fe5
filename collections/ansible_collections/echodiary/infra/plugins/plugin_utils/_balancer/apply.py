# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts taken out of a target group, brought into it, and waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._account import balancing
from .._account.kinds import tags
from .._common import timestamps
from .._common.errors import SpecError
from . import observe
from .plan import DEREGISTER, REGISTER, TAG, Step

if TYPE_CHECKING:
    from .._account.aws import Aws
    from .shapes import Group

WRITES = (
    "ec2:CreateTags",
    "ec2:DeleteTags",
    "elasticloadbalancing:DeregisterTargets",
    "elasticloadbalancing:RegisterTargets",
)
#: between two looks, how long nothing is said while nothing changes (s)
PAUSE, SILENCE = 2.0, 30.0
#: an answer that was lost: all of it may be asked for twice, since AWS does it once
_ATTEMPTS = 3
_REPORT = Callable[[str], None]


def apply(aws: Aws, group: Group, steps: Sequence[Step]) -> None:
    for step in steps:
        _asked(aws, step, group)


def _asked(aws: Aws, step: Step, group: Group) -> None:
    from .._account.aws import UnsureError

    for left in reversed(range(_ATTEMPTS)):
        try:
            _call(aws, step, group)
            return
        except UnsureError:
            if not left:
                raise


def _call(aws: Aws, step: Step, group: Group) -> None:
    ids = [host.id for host in step.hosts]
    if step.do in (REGISTER, DEREGISTER):
        operation = "register_targets" if step.do == REGISTER else "deregister_targets"
        aws.call("elbv2", operation, {"TargetGroupArn": group.arn, "Targets": [{"Id": one} for one in ids]})
    elif step.do == TAG:
        given: Any = tags.written({balancing.ISOLATED: timestamps.now()})
        aws.call("ec2", "create_tags", {"Resources": ids, "Tags": given})
    else:
        aws.call("ec2", "delete_tags", {"Resources": ids, "Tags": [{"Key": balancing.ISOLATED}]})


def waited(
    aws: Aws, group: Group, missing: Callable[[Group], Mapping[str, str]], seconds: float, at_least: float, report: _REPORT
) -> Group:
    """The group as soon as nobody is ``missing`` (host -> what is said of it), ``at_least`` seconds later at the earliest, and ``seconds``
    later at the latest, whoever is missing then. An answer of AWS's that fails to come is waited for as well."""
    began, said = time.monotonic(), 0.0
    while True:
        spent = time.monotonic() - began
        late, problem = missing(group), None
        if not late and spent >= at_least:
            return group
        if late and time.monotonic() - said >= SILENCE:
            said = time.monotonic()
            who = "; ".join(f"{host}: {what}" for host, what in late.items())
            report(f"  waiting  {who}  {timestamps.span(spent)} of {timestamps.span(seconds)}")
        if late and spent >= seconds:
            return group
        time.sleep(PAUSE)
        try:
            group = observe.again(aws, group)
        except SpecError as error:
            problem = error
        if problem and time.monotonic() - began >= seconds:
            raise problem
