# SPDX-License-Identifier: GPL-3.0-or-later
"""All that is asked, as questions that a host sends in one call, and its answers as numbers. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import urlencode

if TYPE_CHECKING:
    from ...module_utils._gate.shapes import Answer, Asked, Probe

DAY = 86_400
#: what a series becomes
One = TypeVar("One")
#: s that one question may take; they are asked at the same time, and Prometheus lets a few wait
TIMEOUT = 60.0


class Query(NamedTuple):
    """``daily``: once for each day of this week and the one before, rather than once at the end."""

    promql: str
    daily: bool = False


class Point(NamedTuple):
    labels: Mapping[str, str]
    value: float


class Days(NamedTuple):
    """``values``: by moment (s since 1970)."""

    labels: Mapping[str, str]
    values: Mapping[int, float]


class Found(NamedTuple):
    """What a section's questions brought. ``trouble``: why one of them has no answer; empty where all have."""

    points: Mapping[str, list[Point]]
    days: Mapping[str, list[Days]]
    trouble: str

    def one(self, name: str, **labels: str) -> float | None:
        """Of the only series, or the one with these labels; None where there is none."""
        found = [point.value for point in self.points.get(name, []) if labels.items() <= point.labels.items()]
        return found[0] if found else None

    def by(self, name: str, *labels: str) -> dict[tuple[str, ...], float]:
        return {tuple(point.labels.get(label, "") for label in labels): point.value for point in self.points.get(name, [])}

    def line(self, name: str, moments: list[int], **labels: str) -> list[float | None]:
        found = next((one for one in self.days.get(name, []) if labels.items() <= one.labels.items()), None)
        return [found.values.get(moment) if found else None for moment in moments]


class UnansweredError(Exception):
    """Why a question has no answer."""


def moments(end: int, days: int) -> list[int]:
    """The ends of the days of this week and of the one before."""
    return [end - DAY * back for back in reversed(range(2 * days))]


def asked(queries: Mapping[str, Query], url: str, end: int, days: int) -> list[Probe]:
    return [_probe(query, url, end, days) for query in queries.values()]


def manifest(probes: list[Probe]) -> Asked:
    """Once, and nothing of it waits for anything else."""
    return {"probes": probes, "count": 1, "interval": 0.0, "delay": 0.0, "budget": TIMEOUT, "age": 0.0, "stop_after": 0}


def _probe(query: Query, url: str, end: int, days: int) -> Probe:
    first, *_, last = moments(end, days)
    when = {"start": str(first), "end": str(last), "step": str(DAY)} if query.daily else {"time": str(end)}
    path = "query_range" if query.daily else "query"
    return {
        "method": "POST",
        "url": f"{url.rstrip('/')}/api/v1/{path}",
        "body": urlencode({"query": query.promql, "timeout": f"{TIMEOUT:.0f}s", **when}),
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        "whole": True,
        "timeout": TIMEOUT,
        "validate_certs": True,
        "ca_path": None,
    }


def found(queries: Mapping[str, Query], answers: Mapping[str, Answer], trouble: str) -> Found:
    """``answers``: by the names of ``queries``."""
    points: dict[str, list[Point]] = {}
    days: dict[str, list[Days]] = {}
    for name, query in queries.items():
        try:
            if query.daily:
                days[name] = _read(answers.get(name), trouble, "matrix", _days)
            else:
                points[name] = _read(answers.get(name), trouble, "vector", _point)
        except UnansweredError as error:
            return Found(points, days, str(error))
    return Found(points, days, "")


def _read(answer: Answer | None, trouble: str, kind: str, read: Callable[[dict[str, Any]], One | None]) -> list[One]:
    if answer is None:
        raise UnansweredError(trouble or "Prometheus was not asked")
    try:
        return list(_series(answer, kind, read))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise UnansweredError(f"Prometheus answered what cannot be read: {error}") from None


def _series(answer: Answer, kind: str, read: Callable[[dict[str, Any]], One | None]) -> Iterator[One]:
    if not answer["status"]:
        raise UnansweredError(f"Prometheus does not answer: {answer['text'][:200]}")
    document = json.loads(answer["text"])
    if document.get("status") != "success":
        raise UnansweredError(f"Prometheus refuses a query: {str(document.get('error'))[:200]}")
    if document["data"]["resultType"] != kind:
        raise UnansweredError(f"Prometheus answers with a {document['data']['resultType']}, not a {kind}")
    for one in document["data"]["result"]:
        said = read(one)
        if said is not None:
            yield said


def _point(one: dict[str, Any]) -> Point | None:
    """NaN and what has no end are no figures: 0 / 0 is nothing that was measured."""
    value = float(one["value"][1])
    return Point(one["metric"], value) if math.isfinite(value) else None


def _days(one: dict[str, Any]) -> Days:
    values = {int(moment): float(value) for moment, value in one["values"]}
    return Days(one["metric"], {moment: value for moment, value in values.items() if math.isfinite(value)})
