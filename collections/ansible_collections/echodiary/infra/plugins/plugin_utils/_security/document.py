# SPDX-License-Identifier: GPL-3.0-or-later
"""All that a run found, as it is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

from . import allowed, changes, severities
from .shapes import Allowed, Document, Finding, Outcome

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json

SCHEMA = 1


class Whole(NamedTuple):
    """``first``: there was no last run."""

    document: Document
    gone: list[Finding]
    first: bool


def made(environment: str, outcomes: Sequence[Outcome], entries: Sequence[Allowed], last: Document | None, now: str) -> Whole:
    looked = frozenset((one["check"], one["host"]) for one in outcomes if not one["why"])
    found = _sorted(finding for one in outcomes for finding in one["findings"])
    judged = allowed.judge(found, entries, looked, now)
    counted = _sorted(judged.counted)
    became = changes.of(counted, judged.allowed, last, looked)
    document: Document = {
        "schema": SCHEMA,
        "environment": environment,
        "at": now,
        "findings": counted,
        "allowed": judged.allowed,
        "carried": became.carried,
        "new": [f"{one['host']} {one['id']}" for one in counted if changes.key(one) in became.new],
        "gone": [f"{one['host']} {one['id']}" for one in became.gone],
        "unchecked": [one for one in outcomes if one["why"]],
        "unmatched": judged.unmatched,
    }
    return Whole(document, became.gone, last is None)


def read(given: Json, environment: str) -> Document | None:
    """Of the last run; None where there is none, or none of this environment. ValueError for what is something else."""
    if given is None:
        return None
    if not isinstance(given, dict) or given.get("schema") != SCHEMA:
        raise ValueError("it is no report of this check")
    return cast("Document", given) if given.get("environment") == environment else None


def _sorted(found: Iterable[Finding]) -> list[Finding]:
    """The worst first."""
    return sorted(found, key=lambda one: (-severities.rank(one["severity"]), one["id"], one["host"]))
