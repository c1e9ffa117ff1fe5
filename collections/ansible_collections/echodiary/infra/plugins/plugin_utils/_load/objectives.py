# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured against what the inventory has as its objectives. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .._common.errors import SpecError
from . import kinds
from .shapes import Line, Objectives

#: as variables are called after the component's name, as echodiary_slo_latency_seconds
KEYS = ("availability_percent", "latency_percent", "latency_seconds")


class Judged(NamedTuple):
    text: str
    met: bool


def read(name: str, values: Mapping[str, object]) -> Objectives | None:
    """``values``: key to what the inventory says, without those that it does not. None where it says none at all."""
    if not values:
        return None
    missing = [key for key in KEYS if key not in values]
    if missing:
        raise SpecError(f"objectives of {name} are not whole: set {', '.join(f'{name}_slo_{key}' for key in missing)} as well")
    try:
        found = {key: float(str(values[key])) for key in KEYS}
    except ValueError as error:
        raise SpecError(f"objectives of {name}: {error}; {name}_slo_… are numbers") from None
    return {"availability_percent": found[KEYS[0]], "latency_percent": found[KEYS[1]], "latency_seconds": found[KEYS[2]]}


def judged(line: Line, wanted: Objectives) -> list[Judged]:
    """Of one part. What the edge turned away says nothing of the service, and counts neither way."""
    counted = line["requests"] - line["limited"]
    if counted <= 0 or line["within"] is None:
        return [Judged("nothing was answered, so nothing is known", False)]
    well = 100 * (counted - kinds.failed(line["errors"])) / counted
    quick = 100 * line["within"]
    return [
        Judged(f"answered well {well:.4g} % of {wanted['availability_percent']:g} %", well >= wanted["availability_percent"]),
        Judged(
            f"within {wanted['latency_seconds']:g} s {quick:.4g} % of {wanted['latency_percent']:g} %",
            quick >= wanted["latency_percent"],
        ),
    ]
