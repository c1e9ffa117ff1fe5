# SPDX-License-Identifier: GPL-3.0-or-later
"""Locust (PyPI): what it is told, and what it says, while it runs and when it is over. Pure.

It says it by a file of our own (``playbooks/files/load/told.py``), which goes along with any locustfile.
"""

from __future__ import annotations

import json
from typing import TypedDict

from . import curves, kinds
from .bounds import JOURNEY
from .shapes import Edge, Sample

VERSION = "2.47.0"


class Step(TypedDict):
    """As that file has it. ``milliseconds``: of those that were answered, to how many; ``errors``: what was said, to how often."""

    method: str
    name: str
    requests: int
    milliseconds: dict[str, int]
    errors: dict[str, int]


def command(program: str, locustfiles: list[str], edge: Edge, seconds: int, users: int) -> list[str]:
    return [
        *(program, "-f", ",".join(locustfiles), "--headless", "--only-summary", "--host", edge["url"]),
        *("--users", str(users), "--spawn-rate", str(users), "--run-time", f"{seconds}s", "--stop-timeout", "5"),
        *("--exit-code-on-error", "0", "--loglevel", "WARNING"),
    ]


def environment(edge: Edge, users: int, rate: float, run: str, paths: list[str], place: str) -> dict[str, str]:
    """What a locustfile is told. ``rate``: of this edge; ``place``: the beginning of names of files that it writes."""
    return {
        "LOAD_RUN": run,
        "LOAD_HOST": edge["host"],
        "LOAD_PACE": f"{rate / users:.6f}",
        "LOAD_PATHS": json.dumps(paths),
        "LOAD_SEEN": f"{place}-seen.json",
        "LOAD_WRITTEN": f"{place}-written.json",
    }


def read(text: str, edge: str, seconds: float) -> list[Sample]:
    """One for each step; none of a file that is not there yet. ValueError for what is none."""
    steps: list[Step] = json.loads(text) if text else []
    return [_sample(one, edge, seconds) for one in steps]


def _sample(one: Step, edge: str, seconds: float) -> Sample:
    errors: dict[str, int] = {}
    for said, count in one["errors"].items():
        kind = kinds.of_text(said)
        errors[kind] = errors.get(kind, 0) + count
    counts = {float(ms) / 1000: count for ms, count in one["milliseconds"].items()}
    return {
        "part": JOURNEY,
        "edge": edge,
        "step": one["name"],
        "seconds": seconds,
        "requests": one["requests"],
        "errors": errors,
        "answered": sum(counts.values()),
        "knots": curves.of_counts(counts) if counts else [],
    }
