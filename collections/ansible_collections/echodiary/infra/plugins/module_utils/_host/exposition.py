# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus' text format, for node_exporter's textfile collector. Pure; what is written where is its callers' business."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Family(NamedTuple):
    """``name`` with its prefix; ``kind``: gauge, counter."""

    name: str
    kind: str
    help: str


class Sample(NamedTuple):
    """``name`` is a family's. Labels are any text that can be written as UTF-8."""

    name: str
    labels: Mapping[str, str]
    value: float


def text(families: Iterable[Family], samples: Iterable[Sample]) -> str:
    """Families in their order, and only those of which there are samples. ValueError for a sample of none of them."""
    found: dict[str, list[Sample]] = {}
    for sample in samples:
        found.setdefault(sample.name, []).append(sample)
    lines = []
    for family in families:
        of_it = found.pop(family.name, [])
        lines += [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.kind}"] if of_it else []
        lines += [_line(sample) for sample in of_it]
    if found:
        raise ValueError(f"metric {next(iter(found))} is in none of the families")
    return "\n".join(lines) + "\n"


def label(value: str) -> str:
    """The value of a label, between its quotes."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _line(sample: Sample) -> str:
    inside = ",".join(f'{name}="{label(value)}"' for name, value in sample.labels.items())
    return f"{sample.name}{{{inside}}} {sample.value:.15g}"
