# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows that journeys have written: which runs have not removed theirs, and the component's own program that does."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TypedDict

from ...module_utils._ledger import files
from .._common.errors import SpecError
from . import generators
from .shapes import Plan, Rows

#: what removing may take (s)
SECONDS = 300


class Open(TypedDict):
    """A run whose rows are not removed. ``since``: s since 1970."""

    run: str
    since: float


def opened(path: Path) -> list[Open]:
    try:
        found: list[Open] = files.read_json(str(path)) or []
    except files.LedgerError as error:
        raise SpecError(f"{error}, so nobody knows which runs have left rows; look at it, then remove it") from error
    return found


def keep(path: Path, runs: list[Open]) -> None:
    files.write_json(str(path), runs, 0o600)


def remove(plan: Plan, runs: list[Open], written: int | None, place: Path) -> Rows:
    """At the first edge: what one has written, all have. Where that cannot be done it is told, and nothing fails."""
    edge, found = plan["edges"][0], {"found": 0, "removed": 0, "left": written or 0}
    told = {"LOAD_URL": edge["url"], "LOAD_HOST": edge["host"], "LOAD_RUNS": json.dumps(runs), "LOAD_SECONDS": str(SECONDS)}
    with generators.running([[sys.executable, "-ISB", plan["rows"]]], SECONDS, place, [told]) as (one,):
        generators.wait([one])
    try:
        found.update(json.loads(one.said()))
        trouble = one.complaint() if one.keeper.returncode else ""
    except ValueError as error:
        trouble = one.complaint() or str(error)
    return {"written": written, **found, "trouble": f"not all could be removed: {trouble}" if trouble else ""}  # type: ignore[typeddict-item]
