# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes against rows: what was answered with 201 has exactly one row, and nothing has two."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.load.requests import token
from tests.load.result import Result


@dataclass(frozen=True)
class Ledger:
    acknowledged: int
    rows: int
    lost: list[str]  # acknowledged, but no row
    doubled: list[str]  # two rows or more, acknowledged or not
    unanswered: list[str]  # a row, but the client never heard of it: allowed, HTTP cannot tell
    refused: list[str]  # a row, but the client was told that there is none
    strange: list[str]  # a row of this run that was never sent

    @property
    def exact(self) -> bool:
        return not (self.lost or self.doubled or self.refused or self.strange)


def lab_psql(lab: str) -> list[str]:
    """psql in a lab's PostgreSQL."""
    return ["docker", "exec", f"{lab}-postgres", "psql", "-U", "postgres", "-d", "echodiary"]


def rows(psql: Sequence[str], run: str) -> dict[str, int]:
    """Token -> rows, of one run."""
    if not re.fullmatch(r"[0-9a-f]{8}", run):
        raise ValueError(f"Run '{run}': not eight hexadecimal digits.")
    query = f"SELECT title, count(*) FROM entries WHERE title LIKE 'load-{run}-%' GROUP BY title"
    done = subprocess.run([*psql, "-XAtq", "-F", " ", "-c", query], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"Counting rows of run {run}: {done.stderr.strip()}")
    return {title: int(count) for title, count in (line.split(" ") for line in done.stdout.splitlines())}


def settle(result: Result, found: Mapping[str, int]) -> Ledger:
    sent = {token(result.run, number) for number in range(result.writes["sent"])}
    refused, unanswered = set(result.writes["refused"]), set(result.writes["unanswered"])
    acknowledged = sent - refused - unanswered
    return Ledger(
        acknowledged=len(acknowledged),
        rows=sum(found.values()),
        lost=sorted(acknowledged - set(found)),
        doubled=sorted(title for title, count in found.items() if count > 1),
        unanswered=sorted(unanswered & set(found)),
        refused=sorted(refused & set(found)),
        strange=sorted(set(found) - sent),
    )
