# SPDX-License-Identifier: GPL-3.0-or-later
"""What schemathesis found where it asked the service for odd things. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypedDict

from .shapes import Finding, Found

#: what ends a run; whatever else the document does not say is told
GATE = "ServerError"
#: Its phase "coverage" tries methods that no document has, DELETE among them, also where it was told to use GET alone.
READS = ("--phases", "examples,fuzzing", "--include-method", "GET", "--include-method", "HEAD")


class Failure(TypedDict):
    type: str
    title: str
    operations: list[str]


class Title(TypedDict):
    title: str
    count: int


class Operations(TypedDict):
    selected: int
    tested: int


class Report(TypedDict):
    """What counts of its report (--report json)."""

    seed: int
    operations: Operations
    failures: list[Failure]
    errors: list[Title]


def findings(report: Report, host: str) -> Found:
    tested, selected = (report["operations"][key] for key in ("tested", "selected"))
    wrong = "; ".join(f"{one['title']} ({one['count']})" for one in report["errors"])
    why = (
        f"{tested} of {selected} operations were tried{f': {wrong}' if wrong else ''}" if tested < selected or not selected or wrong else ""
    )
    return Found(list(_findings(report["failures"], report["seed"], host)), why)


def _findings(failures: Sequence[Failure], seed: int, host: str) -> Iterator[Finding]:
    for one in failures:
        for operation in one["operations"]:
            yield {
                "id": f"contract:{one['type']}:{operation}",
                "host": host,
                "severity": "high" if one["type"] == GATE else "low",
                "text": f"{operation}: {one['title'].lower()} (seed {seed})",
                "mend": "its OpenAPI document and what the service does have to agree; st run … --seed tries it again",
            }
