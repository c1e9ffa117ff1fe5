# SPDX-License-Identifier: GPL-3.0-or-later
"""What a gate asks, and what it hears. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict, final


class Reach(TypedDict):
    """What the questions of a condition have in common; ``timeout`` (s)."""

    headers: dict[str, str]
    timeout: float
    validate_certs: bool
    ca_path: str | None


class _Probe(Reach):
    method: str
    url: str
    body: str | None
    whole: bool


class Probe(_Probe, total=False):
    """A question. ``whole``: keep all of the body; ``expected``: statuses; ``lookback``: s that a query looks back before the gate."""

    expected: list[int]
    lookback: float


class Answer(TypedDict):
    """``status`` 0 means nobody answered; ``text`` then says why."""

    status: int
    text: str
    milliseconds: int


class Round(TypedDict):
    """``at``: s since the start; one answer per probe."""

    at: float
    answers: list[Answer]


@final
class Asked(TypedDict):
    """``count`` rounds, one every ``interval`` s after ``delay`` s, fewer when ``budget`` s have passed. ``age``: s that the gate lasted
    before; ``stop_after``: rounds in a row with an answer that nobody wants, 0 for never."""

    probes: list[Probe]
    count: int
    interval: float
    delay: float
    budget: float
    age: float
    stop_after: int


@final
class Wanted(TypedDict):
    """The ends of logs."""

    logs: list[str]
    lines: int


class Heard(TypedDict):
    ticks: list[Round]
    seconds: float


class Logs(TypedDict):
    logs: dict[str, str]
