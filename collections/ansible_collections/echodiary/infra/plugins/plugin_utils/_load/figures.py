# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of the table from what generators saw: one for each part, edge and step, and one for each part together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from . import curves, kinds
from .bounds import PARTS
from .shapes import Line, Sample

ALL = "all"


def lines(samples: Sequence[Sample], seconds: float) -> list[Line]:
    """``seconds``: within which an answer counts as quick. In the order in which steps came."""
    keys = dict.fromkeys((one["part"], one["edge"], one["step"]) for one in samples)
    return [
        _line(part, edge, step, [one for one in samples if (one["part"], one["edge"], one["step"]) == (part, edge, step)], seconds)
        for part, edge, step in keys
    ]


def totals(samples: Sequence[Sample], seconds: float) -> list[Line]:
    return [_line(part, ALL, ALL, found, seconds) for part in PARTS if (found := [one for one in samples if one["part"] == part])]


def _line(part: str, edge: str, step: str, samples: Sequence[Sample], seconds: float) -> Line:
    weighted = [(one["answered"], one["knots"]) for one in samples if one["answered"]]
    errors = summed(one["errors"] for one in samples)
    requests = sum(one["requests"] for one in samples)
    return {
        "part": part,
        "edge": edge,
        "step": step,
        "requests": requests,
        "rate": round(requests / _lasted(samples), 2),
        "errors": {kind: count for kind, count in errors.items() if kind != kinds.LIMITED},
        "limited": errors.get(kinds.LIMITED, 0),
        "p50": _rounded(curves.quantile(weighted, 0.5)),
        "p95": _rounded(curves.quantile(weighted, 0.95)),
        "p99": _rounded(curves.quantile(weighted, 0.99)),
        "within": curves.within(weighted, seconds),
    }


def summed(several: Iterable[dict[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in several:
        for kind, count in one.items():
            found[kind] = found.get(kind, 0) + count
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _lasted(samples: Sequence[Sample]) -> float:
    """Slices of one step follow each other; steps and edges run side by side."""
    spans: dict[tuple[str, str], float] = {}
    for one in samples:
        spans[one["edge"], one["step"]] = spans.get((one["edge"], one["step"]), 0.0) + one["seconds"]
    return max(max(spans.values()), 0.001)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)
