# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent, to whom, how often and for how long: decided before the first request."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.load.targets import PlanError, Target

KEPT, NEW, WRITE, SLOW = "keep-alive", "new-connection", "write", "slow-write"
# Of 500 requests a second: 378 GETs over kept connections, 100 over a new one each, 20 writes over kept ones, and two
# slow writes, which makes ten in flight at any time.
MIX = {KEPT: 75.6, NEW: 20.0, WRITE: 4.0, SLOW: 0.4}
# A page of entries costs the servers three times as much, and two cores have to carry load, servers and a deploy.
PATHS = ("/health",) * 19 + ("/entries?limit=1",)
LIMITS = {"rate": 5000.0, "seconds": 3600.0, "timeout": 60.0, "slow_seconds": 60.0, "in_flight": 20000.0}


@dataclass(frozen=True)
class Plan:
    """`rate` is requests a second over all targets; `timeout` is for one request (a slow one's own seconds come on top);
    ``host_name``: whose requests they are where a host serves several applications; the target's address by default."""

    targets: tuple[Target, ...]
    rate: float = 500
    seconds: float = 60
    mix: Mapping[str, float] = field(default_factory=lambda: dict(MIX))
    paths: tuple[str, ...] = PATHS
    host_name: str = ""
    timeout: float = 10
    slow_seconds: float = 5
    in_flight: int = 5000
    run: str = field(default_factory=lambda: secrets.token_hex(4))

    def __post_init__(self) -> None:
        if not self.targets or len(set(self.targets)) != len(self.targets):
            raise PlanError("Targets: at least one, none twice.")
        for name, most in LIMITS.items():
            if not 0 < getattr(self, name) <= most:
                raise PlanError(f"{name}: {getattr(self, name)} is not between 0 and {most:g}.")
        if set(self.mix) - set(MIX) or min(self.mix.values(), default=0) < 0 or not sum(self.mix.values()):
            raise PlanError(f"Mix: shares of {', '.join(MIX)}, not {dict(self.mix)}.")
        if not self.paths or not all(re.fullmatch(r"/[!-~]*", path) for path in self.paths):
            raise PlanError("Paths: each starts with / and has no space.")
        if not re.fullmatch(r"[A-Za-z0-9.-]*", self.host_name):
            raise PlanError(f"Host name: '{self.host_name}' is none.")
        if not re.fullmatch(r"[0-9a-f]{8}", self.run):
            raise PlanError("Run: eight hexadecimal digits.")

    @property
    def total(self) -> int:
        return max(1, round(self.rate * self.seconds))


def kinds(mix: Mapping[str, float]) -> Iterator[str]:
    """Every kind in its share, as evenly spread as can be: always the one that is furthest behind (smooth weighted round robin)."""
    whole = sum(mix.values())
    credit = dict.fromkeys(mix, 0.0)
    while True:
        for kind, share in mix.items():
            credit[kind] += share
        chosen = max(credit, key=credit.__getitem__)
        credit[chosen] -= whole
        yield chosen


def parse_mix(text: str) -> dict[str, float]:
    """`keep-alive=60,write=10`"""
    try:
        return {name.strip(): float(share) for name, share in (part.split("=") for part in text.split(","))}
    except ValueError:
        raise PlanError(f"Mix '{text}': not of the form kind=share,kind=share.") from None
