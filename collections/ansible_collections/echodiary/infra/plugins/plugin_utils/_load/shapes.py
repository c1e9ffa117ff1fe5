# SPDX-License-Identifier: GPL-3.0-or-later
"""What a load test hands from one task to the next, and keeps. Only types."""

from __future__ import annotations

from typing import TypedDict

from .curves import Knot


class Edge(TypedDict):
    """``url``: without a path; ``host``: whose requests they are, empty for whatever the URL names."""

    name: str
    url: str
    host: str


class Objectives(TypedDict):
    """Percent of requests that are answered well; percent that are answered within ``latency_seconds``."""

    availability_percent: float
    latency_percent: float
    latency_seconds: float


class Plan(TypedDict):
    """``locustfile``, ``rows``: empty where the component has none. ``seconds``: of each part; ``rate``: requests a second over all."""

    environment: str
    component: str
    edges: list[Edge]
    parts: list[str]
    seconds: int
    users: int
    rate: float
    stop_errors: float
    paths: list[str]
    locustfile: str
    rows: str
    hey: str
    locust: str
    objectives: Objectives | None


class Sample(TypedDict):
    """What one generator saw of one step at one edge. ``errors``: kind to count; ``knots``: of those that were answered."""

    part: str
    edge: str
    step: str
    seconds: float
    requests: int
    errors: dict[str, int]
    answered: int
    knots: list[Knot]


class Rows(TypedDict):
    """``written``: acknowledged by the service, None where nobody counted; ``trouble``: why not all were removed."""

    written: int | None
    found: int
    removed: int
    left: int
    trouble: str


class Ran(TypedDict):
    """``began``, ``ended``: s since 1970; ``stopped``: why it ended early, else empty; ``leftover``: rows of runs that were cut off."""

    run: str
    began: float
    ended: float
    stopped: str
    samples: list[Sample]
    rows: Rows | None
    leftover: Rows | None


class Line(TypedDict):
    """One of the table: seconds, None where nothing was answered. ``limited``: turned away by the edge's limit, and no errors."""

    part: str
    edge: str
    step: str
    requests: int
    rate: float
    errors: dict[str, int]
    limited: int
    p50: float | None
    p95: float | None
    p99: float | None
    within: float | None


class Saturated(TypedDict):
    """``share``: of what there is, at its worst; ``where``: of which host, or empty."""

    reason: str
    where: str
    share: float


class Kept(TypedDict):
    """A result as it is kept, ``format`` 1."""

    format: int
    environment: str
    component: str
    release: str
    run: str
    began: str
    seconds: int
    users: int
    rate: float
    edges: list[str]
    stopped: str
    lines: list[Line]
    totals: list[Line]
    saturated: list[Saturated]
    rows: Rows | None
    missed: list[str]
