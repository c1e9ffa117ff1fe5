# SPDX-License-Identifier: GPL-3.0-or-later
"""How well changes get to users, in figures of a window: what the weekly report reckons of deploys, and the pipeline's runs. Pure.

A deploy counts as a change where it reached users: it succeeded, was taken back, or left hosts apart. One that was refused or had no effect
is none.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .._report.sections import deploys
    from .shapes import Run

OUTCOMES = ("succeeded", "taken_back", "partial", "failed", "refused")
#: conclusions that say whether what was tried was good; the others (cancelled, skipped, …) say nothing of it
_GOOD, _BAD = ("success",), ("failure", "timed_out", "startup_failure")


class Changes(NamedTuple):
    """Of a component. ``lead``, ``restored``: s, sorted; ``failure_ratio``: None without a change."""

    component: str
    outcomes: dict[str, int]
    per_day: float
    lead: list[float]
    failure_ratio: float | None
    restored: list[float]
    unrestored: int


class Workflow(NamedTuple):
    """``seconds``: sorted; ``success_ratio``: None where no run says."""

    name: str
    conclusions: dict[str, int]
    seconds: list[float]
    success_ratio: float | None


def changes(component: str, found: deploys.Figures, days: int) -> Changes:
    outcomes = {name: int(getattr(found, name)) for name in OUTCOMES}
    reached = found.succeeded + found.taken_back + found.partial
    failed = [one for one in found.failures if one.entry["kind"] == "deploy"]
    return Changes(
        component,
        outcomes,
        found.succeeded / days,
        sorted(found.lead),
        len(failed) / reached if reached else None,
        sorted(one.restored for one in found.failures if one.restored is not None),
        len(found.unrestored),
    )


def workflows(runs: Iterable[Run]) -> list[Workflow]:
    by_name: dict[str, list[Run]] = {}
    for run in runs:
        by_name.setdefault(run.workflow, []).append(run)
    return [_workflow(name, of_it) for name, of_it in sorted(by_name.items())]


def _workflow(name: str, runs: list[Run]) -> Workflow:
    count = Counter(run.conclusion for run in runs)
    good, bad = (sum(count[one] for one in several) for several in (_GOOD, _BAD))
    return Workflow(name, dict(sorted(count.items())), sorted(_judged(runs)), good / (good + bad) if good + bad else None)


def _judged(runs: list[Run]) -> Iterator[float]:
    """What somebody cancelled tells nothing of how long it takes."""
    yield from (run.seconds for run in runs if run.seconds is not None and run.conclusion in (*_GOOD, *_BAD))


def quantile(values: list[float], part: float) -> float:
    """Of sorted ones, of which there is one at least: a value that was measured, none between two."""
    return values[max(0, math.ceil(part * len(values)) - 1)]
