# SPDX-License-Identifier: GPL-3.0-or-later
"""What the imitation declares of load balancers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Check(NamedTuple):
    """``port``: 0 is the target's own. ``codes``: as AWS has them, ``200`` or ``200-299,302``. Seconds."""

    path: str
    port: int
    interval: float
    timeout: float
    healthy: int
    unhealthy: int
    codes: str

    def passes(self, code: int) -> bool:
        ranges = [part.partition("-") for part in self.codes.split(",")]
        return any(int(low) <= code <= int(high or low) for low, _, high in ranges)


class Target(NamedTuple):
    address: str
    port: int


class Group(NamedTuple):
    """``targets``: registered ones, by id; ``draining``: those whose requests in flight may still end."""

    name: str
    check: Check
    targets: Mapping[str, Target]
    draining: frozenset[str] = frozenset()
    least: bool = False


class Listener(NamedTuple):
    """``group``: where requests go, or ``scheme``: where clients are sent to."""

    port: int
    tls: bool
    group: str = ""
    scheme: str = ""


class Declared(NamedTuple):
    listeners: tuple[Listener, ...]
    groups: tuple[Group, ...]
