# SPDX-License-Identifier: GPL-3.0-or-later
"""What a watcher remembers from one round to the next. Plain data; times are seconds since the epoch."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from pydantic import ConfigDict, TypeAdapter

from gitops.refusals import checked


@dataclass(frozen=True)
class Attempt:
    """How often a component was put right lately, and when it may be tried again."""

    count: int = 0
    next: float = 0.0
    failed: str = ""


@dataclass(frozen=True)
class State:
    __pydantic_config__ = ConfigDict(extra="forbid")

    #: the last commit at which everything that is healed was in sync and healthy
    good: str = ""
    #: the branch's newest commit as last seen
    head: str = ""
    #: commit, reason and since (text) of what is not applied until the branch moves
    quarantined: dict[str, str] = field(default_factory=dict)
    fetch_error: str = ""
    #: when the schema was compared last
    schema: float = 0.0
    #: "host/component" -> attempts
    attempts: dict[str, Attempt] = field(default_factory=dict)
    #: "host/component/resource" -> when it was corrected
    corrections: dict[str, tuple[float, ...]] = field(default_factory=dict)
    #: "host/component/resource" -> since when it is left alone because it keeps moving
    flapping: dict[str, float] = field(default_factory=dict)
    #: topic -> what people were told last
    told: dict[str, str] = field(default_factory=dict)
    #: notifications that could not be delivered yet
    outbox: tuple[dict[str, Any], ...] = ()
    #: counters for the metrics
    totals: dict[str, int] = field(default_factory=dict)

    def counted(self, name: str, number: int = 1) -> State:
        return dataclasses.replace(self, totals={**self.totals, name: self.totals.get(name, 0) + number})


_STATE = TypeAdapter(State)


def as_dict(state: State) -> dict[str, Any]:
    return {"version": 1, **dataclasses.asdict(state)}


def from_dict(data: Any) -> State:
    """What ``as_dict`` gave, or nothing at all."""
    kept = {key: value for key, value in data.items() if key != "version"} if isinstance(data, dict) else data
    return checked(_STATE, kept or {}, "watch.json")
