# SPDX-License-Identifier: GPL-3.0-or-later
"""What real exporters really export: names, types and labels, recorded from their /metrics in several versions.

They lie in the scenario of the component that brings the exporter. A recording is made anew with
curl … | python -m tests.lint.recordings >molecule/<role>/monitoring/exports/<exporter>-<version>.txt
What is made in this repository has version `here`; a few metrics of that kind may stand beside the cases of alerts, as `exports`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.lint.yaml_files import load

FOLDER = Path(__file__).parents[2] / "molecule"
HERE = "here"

_TYPE = re.compile(r"^# TYPE (\S+) (\S+)$")
_SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+")
_LABEL = re.compile(r'([a-zA-Z_]\w*)="(?:[^"\\]|\\.)*"')
_PARTS = ("_bucket", "_sum", "_count")


class Metric(NamedTuple):
    """One name a query can use. ``type`` is the family's: a histogram's `_bucket` is of type histogram."""

    type: str
    labels: frozenset[str]


def read_exposition(text: str) -> dict[str, Metric]:
    """Prometheus' text format, reduced to what a query can be checked against."""
    types: dict[str, str] = {}
    labels: dict[str, set[str]] = {}
    for line in text.splitlines():
        if typed := _TYPE.match(line):
            types[typed[1]] = typed[2]
        elif sample := _SAMPLE.match(line):
            labels.setdefault(sample[1], set()).update(_LABEL.findall(sample[2] or ""))
    return {name: Metric(_type_of(name, types), frozenset(found)) for name, found in labels.items()}


def _type_of(name: str, types: Mapping[str, str]) -> str:
    families = [name, *(name.removesuffix(part) for part in _PARTS if name.endswith(part))]
    return next((types[family] for family in families if family in types), "untyped")


def write(metrics: Mapping[str, Metric]) -> Iterable[str]:
    for name, metric in sorted(metrics.items()):
        yield " ".join([name, metric.type, ",".join(sorted(metric.labels))]).rstrip()


def read(lines: Iterable[str]) -> dict[str, Metric]:
    found = {}
    for line in lines:
        if line and not line.startswith("#"):
            name, kind, *labels = line.split()
            found[name] = Metric(kind, frozenset(labels[0].split(",")) if labels else frozenset())
    return found


def exporters(folder: Path = FOLDER) -> dict[str, dict[str, dict[str, Metric]]]:
    """exporter -> version -> metrics."""
    found: dict[str, dict[str, dict[str, Metric]]] = {}
    for path in sorted(folder.glob("*/monitoring/exports/*.txt")):
        exporter, _, version = path.stem.partition("-")
        found.setdefault(exporter, {})[version] = read(path.read_text(encoding="utf-8").splitlines())
    for path in sorted(folder.glob("*/monitoring/cases/*.yml")):
        cases = load(path)
        if isinstance(cases, dict):
            found.setdefault(path.parts[-4], {}).setdefault(HERE, {}).update(read(cases["exports"]))
    return found


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in write(read_exposition(sys.stdin.read())))
