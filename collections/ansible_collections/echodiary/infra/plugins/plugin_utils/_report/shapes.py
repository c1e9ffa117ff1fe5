# SPDX-License-Identifier: GPL-3.0-or-later
"""What the weekly report hands from one task to the next. Only types."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from ...module_utils._gate.shapes import Answer
    from ...module_utils._history.shapes import Entry
    from .._load.shapes import Objectives


class Service(TypedDict):
    """A component with a release. ``backend``: of HAProxy; ``objectives``: None where the inventory has none. ``trouble``: why that is not
    known."""

    component: str
    backend: str
    objectives: Objectives | None
    trouble: str


class Plan(TypedDict):
    """``end``: s since 1970; ``inventory``: as it was typed, for commands; ``watcher``: the host that asks Prometheus, or empty."""

    environment: str
    end: int
    days: int
    services: list[Service]
    inventory: str
    watcher: str
    logs: str


class Asked(TypedDict, total=False):
    """What Prometheus and the log store said, by ``section.name``. ``trouble``: why nobody was asked."""

    answers: dict[str, Answer]
    trouble: str


class Differing(TypedDict):
    """What differed from git when somebody last looked. ``who``: had moved it, and what is known of that."""

    host: str
    component: str
    resource: str
    since: str
    who: str


class Heal(TypedDict):
    """What a watcher put right, or tried to. ``where``: host/component, of all that it took at once."""

    time: str
    outcome: str
    where: list[str]
    reason: str


class Watched(TypedDict):
    """What lies in files of who looks for drift. ``looked``: when, empty where there is no report; ``troubles``: of files
    that are damaged."""

    looked: str
    differing: list[Differing]
    heals: list[Heal]
    troubles: list[str]


class Told(TypedDict):
    """A component's history. ``trouble``: why it could not be read."""

    component: str
    entries: list[Entry]
    trouble: str
