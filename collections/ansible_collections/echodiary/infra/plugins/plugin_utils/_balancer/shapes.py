# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a target group and of the hosts that stand behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

HEALTHY, DRAINING, INITIAL = "healthy", "draining", "initial"


class Target(NamedTuple):
    """``state``: AWS's word: initial, healthy, unhealthy, draining, unused, unavailable. ``why``: its reason, empty where it is healthy."""

    state: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.state} ({self.why})" if self.why else self.state


class Timing(NamedTuple):
    """Seconds: ``delay`` is how long requests in flight may go on once a target is deregistered."""

    interval: float
    timeout: float
    healthy: int
    unhealthy: int
    delay: float

    @property
    def notices(self) -> float:
        """After which a target that is not well any more is known to be so."""
        return self.interval * self.unhealthy + self.timeout

    @property
    def recovers(self) -> float:
        """After which one that is well again is."""
        return self.interval * (self.healthy + 1) + self.timeout


class Host(NamedTuple):
    """``isolated``: since when, as its tag says; empty where it is not."""

    name: str
    id: str
    isolated: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"


class Group(NamedTuple):
    """``targets`` by instance: registered ones, and those that still drain."""

    name: str
    arn: str
    network: str
    timing: Timing
    targets: Mapping[str, Target]
    hosts: tuple[Host, ...]

    def of(self, host: Host) -> Target | None:
        """None where it is not in the group."""
        return self.targets.get(host.id)

    def registered(self, host: Host) -> bool:
        found = self.of(host)
        return found is not None and found.state != DRAINING
