# SPDX-License-Identifier: GPL-3.0-or-later
"""Agents of Systems Manager: programs on hosts that say that they are there, take commands along and bring answers.

Nothing of a command is run in here, and no host is spoken to: agents ask."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .memory import Memory

MAY_SPEAK = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
#: so long after its last ping an agent counts as there (AWS: some minutes)
ONLINE_SECONDS = 30.0
#: what AWS keeps of an answer that goes nowhere else
STDOUT_LIMIT, STDERR_LIMIT = 24000, 8000


class UnheardError(Exception):
    """Why an agent is sent away: an HTTP status and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Agent:
    version: str
    pinged: float

    @property
    def online(self) -> bool:
        return time.time() - self.pinged <= ONLINE_SECONDS


@dataclass
class Invocation:
    """A command on one instance. ``taken``: when an agent took it along; ``code``: None until it answered."""

    command: str
    instance: str
    script: list[str]
    timeout: float
    sent: float = field(default_factory=time.time)
    taken: float | None = None
    ended: float | None = None
    code: int | None = None
    stdout: str = ""
    stderr: str = ""

    @property
    def status(self) -> str:
        if self.code is not None:
            return "Failed" if self.code else "Success"
        if self.taken is not None:
            return "InProgress"
        return "Pending" if time.time() <= self.sent + self.timeout else "TimedOut"

    @property
    def details(self) -> str:
        return "DeliveryTimedOut" if self.status == "TimedOut" else self.status


def ping(memory: Memory, identifier: str, version: str) -> list[dict[str, Any]]:
    """The agent is there; returns the commands that wait for it, which it has taken now."""
    _check(identifier)
    memory.agents[identifier] = Agent(version, time.time())
    waiting = [one for one in memory.invocations if one.instance == identifier and one.status == "Pending"]
    for one in waiting:
        one.taken = time.time()
    return [{"id": one.command, "script": one.script} for one in waiting]


def answer(memory: Memory, identifier: str, command: str, code: int, stdout: str, stderr: str) -> None:
    _check(identifier)
    for one in memory.invocations:
        if (one.instance, one.command, one.status) == (identifier, command, "InProgress"):
            one.code, one.stdout, one.stderr, one.ended = code, stdout[:STDOUT_LIMIT], stderr[:STDERR_LIMIT], time.time()
            return
    raise UnheardError(404, f"{identifier} has no command {command} in progress")


def send(memory: Memory, instances: list[str], script: list[str], timeout: float) -> str:
    command = str(uuid.uuid4())
    memory.invocations += [Invocation(command, identifier, script, timeout) for identifier in instances]
    return command


def find(memory: Memory, command: str, identifier: str) -> Invocation | None:
    return next((one for one in memory.invocations if (one.command, one.instance) == (command, identifier)), None)


def _check(identifier: str) -> None:
    """As AWS knows agents: by the role of the instance that they run on."""
    found = next((one for one in _instances() if one.id == identifier), None)
    if found is None:
        raise UnheardError(404, f"there is no instance {identifier}")
    if found.state != "running":
        raise UnheardError(409, f"{identifier} is {found.state}")
    if MAY_SPEAK not in set(policies(found)):
        raise UnheardError(403, f"{identifier} has no profile with {MAY_SPEAK.rpartition('/')[2]}")


def _instances() -> Iterator[Any]:
    from moto.ec2.models import ec2_backends

    for account in list(ec2_backends.values()):
        for backend in list(account.values()):
            for reservation in backend.reservations.values():
                yield from reservation.instances


def policies(instance: Any) -> Iterator[str]:
    """ARNs of the managed policies that an instance has by its profile."""
    for association in instance.ec2_backend.iam_instance_profile_associations.values():
        if association.instance.id == instance.id:
            for role in association.iam_instance_profile.roles:
                yield from role.managed_policies
