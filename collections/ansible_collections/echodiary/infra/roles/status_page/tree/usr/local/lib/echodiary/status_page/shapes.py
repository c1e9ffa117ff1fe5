# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page is made of. Only types."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypedDict

#: ``unknown``: nobody measured it
State = Literal["up", "partly", "down", "unknown"]
Language = Literal["en", "ko"]


class Words(TypedDict):
    en: str
    ko: str


class Component(TypedDict):
    """``reached``, ``answered``: PromQL of a window ``$window``, in percent; ``probed``: 1 or 0 now; ``failing``: percent of requests, now.
    Empty where there is nothing to ask."""

    key: str
    words: Words
    reached: str
    answered: str
    probed: str
    failing: str


class Zone(TypedDict):
    """In which times are shown."""

    name: str
    hours: float


class Config(TypedDict):
    """``partly_percent``: of failing requests, from which on a component is disturbed. ``days``, ``notices``: files."""

    title: Words
    path: str
    prometheus: str
    bind: str
    port: int
    partly_percent: float
    zone: Zone
    days: str
    notices: str
    style: str
    components: list[Component]


class Notice(TypedDict):
    """Moments are s since 1970; ``end`` is None while nobody knows it."""

    id: str
    kind: Literal["maintenance", "incident"]
    start: float
    end: float | None
    words: Words


class Outage(TypedDict):
    component: str
    start: float
    end: float | None


#: percent of a day, None where nobody measured it: by component, by day (2026-12-01, UTC)
Days = dict[str, dict[str, "float | None"]]


class Kept(TypedDict):
    """What outlives Prometheus' memory, and this process."""

    format: int
    days: Days
    outages: list[Outage]


class View(NamedTuple):
    """All that a page shows. ``states``: by component."""

    now: float
    states: dict[str, State]
    days: Days
    outages: list[Outage]
    notices: list[Notice]
