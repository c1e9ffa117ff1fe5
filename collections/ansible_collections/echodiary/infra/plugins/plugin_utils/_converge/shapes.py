# SPDX-License-Identifier: GPL-3.0-or-later
"""What tasks of ``converge`` and ``release`` take and return. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict, final

from ...module_utils._converge.exchange import Outcome, Serving
from ...module_utils._kinds.documents import BoundsSpec, RequestSpec, StepSpec


class ConvergeOptions(TypedDict):
    components: list[str]
    lease_host: str | None
    lease_token: int | None
    prune: bool


class Trial(TypedDict):
    """``requests``: None where nobody asks."""

    steps: list[StepSpec]
    requests: list[RequestSpec] | None
    bounds: BoundsSpec


class ReleaseOptions(Trial):
    component: str
    state: str
    image: str | None
    expect: str
    migrate: bool


@final
class Hosted(TypedDict, total=False):
    """What a host is told beyond the components of a task: all that it is to have, and whether others may go."""

    prune: bool
    hosted: list[str]


class Shown(Outcome, total=False):
    """A component as the task returns it."""

    changed: bool


class Diff(TypedDict):
    prepared: str


class _Summary(TypedDict):
    changed: bool
    failed: bool
    msg: str
    sync: str
    health: str
    components: list[Shown]


class Summary(_Summary, total=False):
    undeclared: list[str]
    diff: list[Diff]
    release: Serving
