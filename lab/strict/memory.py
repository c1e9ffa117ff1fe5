# SPDX-License-Identifier: GPL-3.0-or-later
"""What the layer remembers beside moto: plain data, part of the account's state, forgotten when moto's is."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .settings import Settings

if TYPE_CHECKING:
    from .agents import Agent, Invocation
    from .targets import Place


@dataclass
class Busy:
    """Something that is not ready before ``until`` and before ``looks`` more looks."""

    status: str
    until: float
    looks: int

    def look(self) -> str | None:
        """The status to show for this look; None when it is over."""
        if self.looks <= 0 and time.time() >= self.until:
            return None
        self.looks -= 1
        return self.status

    @property
    def over(self) -> bool:
        return self.looks <= 0 and time.time() >= self.until


@dataclass
class Memory:
    settings: Settings
    #: per account and region, per subject: what moto has no place for. Part of the state dump.
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: what is still under way, by ARN-like name. No part of the dump: it passes by itself.
    busy: dict[str, Busy] = field(default_factory=dict)
    #: new things that are not known everywhere yet -> uses or looks that still miss them
    late: dict[str, int] = field(default_factory=dict)
    #: client tokens of EC2: token -> what was asked, what was answered
    tokens: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    #: what a rule before a call leaves for the one after it, by the call's number
    scratch: dict[int, dict[str, Any]] = field(default_factory=dict)
    #: regions in which something was written
    regions: set[str] = field(default_factory=set)
    #: instances whose agent has said that it is there, and what agents are to run. No part of the dump: it is said anew, or over.
    agents: dict[str, Agent] = field(default_factory=dict)
    invocations: list[Invocation] = field(default_factory=list)

    #: target groups by ARN: what a balancer found, and what drains. No part of the dump: it is found anew, or over.
    targets: dict[str, Place] = field(default_factory=dict)

    def of(self, subject: str, region: str) -> dict[str, Any]:
        """A dictionary to keep things in: ``memory.of("elasticache:parameter-groups", call.region)``."""
        return self.kept.setdefault(f"{region}/{subject}", {})

    def begin(self, name: str, status: str) -> None:
        self.busy[name] = Busy(status, time.time() + self.settings.busy_seconds, self.settings.busy_describes)

    def missed(self, name: str) -> bool:
        """Whether this use still misses the new thing; each use counts."""
        left = self.late.get(name, 0)
        if left <= 0:
            return False
        self.late[name] = left - 1
        return True

    def settle(self) -> None:
        """Everything under way is over, everything new is known."""
        for one in self.busy.values():
            one.until, one.looks = 0.0, 0
        self.late.clear()
        for place in self.targets.values():
            place.draining.clear()

    def clear(self) -> None:
        for part in (self.kept, self.busy, self.late, self.tokens, self.scratch, self.regions, self.agents, self.invocations, self.targets):
            part.clear()
