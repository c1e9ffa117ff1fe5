# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts asked for the keys of their sshd, by the one way on which nobody can stand between: AWS's own agent on the host."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .._common import timestamps
from .._common.errors import SpecError
from . import known_hosts

if TYPE_CHECKING:
    from .._account.aws import Aws
    from .hosts import Host

WRITES = ("ssm:SendCommand", "ssm:GetCommandInvocation")
DOCUMENT = "AWS-RunShellScript"
QUESTION = "cat /etc/ssh/ssh_host_*_key.pub"
#: seconds in which an agent has to take it along, and all in which it has to be answered
DELIVERY, ANSWERED = 60, 120.0
#: as many hosts as one command may be for
_MANY = 50
_PAUSE = 1.0
_UNDER_WAY = ("Pending", "InProgress", "Delayed", "Cancelling")


class Told(NamedTuple):
    """``keys`` by instance, and what kept the others from saying theirs."""

    keys: dict[str, known_hosts.Keys]
    problems: list[str]


def keys(aws: Aws, hosts: Sequence[Host]) -> Told:
    answers: dict[str, known_hosts.Keys] = {}
    problems: list[str] = []
    for part in _parts(hosts):
        command = _sent(aws, part)
        for host in part:
            try:
                answers[host.id] = _answered(aws, command, host)
            except _NoKeyError as error:
                problems.append(str(error))
    return Told(answers, problems)


class _NoKeyError(SpecError):
    """Of one host: the others may have said theirs."""


def _parts(hosts: Sequence[Host]) -> Iterator[Sequence[Host]]:
    return (hosts[first : first + _MANY] for first in range(0, len(hosts), _MANY))


def _sent(aws: Aws, hosts: Sequence[Host]) -> str:
    what: dict[str, Any] = {"DocumentName": DOCUMENT, "Parameters": {"commands": [QUESTION], "executionTimeout": [str(DELIVERY)]}}
    answer: Any = aws.call(
        "ssm", "send_command", {**what, "InstanceIds": [host.id for host in hosts], "TimeoutSeconds": DELIVERY, "Comment": "ssh host keys"}
    )
    return str(answer["Command"]["CommandId"])


def _answered(aws: Aws, command: str, host: Host) -> known_hosts.Keys:
    found = _ended(aws, command, host)
    if found["Status"] != "Success":
        said = " ".join(str(found.get("StandardErrorContent") or "").split())[:200] or "it says nothing"
        raise _NoKeyError(
            f"{host}: '{QUESTION}' ended as {found['Status']} ({found.get('ResponseCode')}: {said}); {_look(aws, command, host)}"
        )
    told = known_hosts.keys(str(found.get("StandardOutputContent") or ""))
    if not told:
        raise _NoKeyError(f"{host}: has no key of an sshd; start ssh.service on it, which makes them, and run again")
    return told


def _ended(aws: Aws, command: str, host: Host) -> Any:
    """A command that was just sent may not be known yet."""
    end = time.monotonic() + ANSWERED
    while True:
        aws.forget()
        found = aws.one("ssm", "get_command_invocation", "@", ("InvocationDoesNotExist",), CommandId=command, InstanceId=host.id)
        if found and found["Status"] not in _UNDER_WAY:
            return found
        if time.monotonic() > end:
            spent, state = timestamps.span(ANSWERED), found["Status"] if found else "not known"
            raise _NoKeyError(f"{host}: did not say its keys within {spent} (its command is {state}); {_look(aws, command, host)}")
        time.sleep(_PAUSE)


def _look(aws: Aws, command: str, host: Host) -> str:
    region = aws.login.region
    return f"see it: aws ssm get-command-invocation --region {region} --command-id {command} --instance-id {host.id}; then run again"
