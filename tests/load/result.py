# SPDX-License-Identifier: GPL-3.0-or-later
"""What a load came to. This is the JSON file, and what tests read."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Result:
    run: str
    started: str  # UTC; every other time is seconds since then
    seconds: float  # from the first request to the last; answers may come later
    wanted_rate: float
    rate: float
    sent: int
    ok: int
    failed: int
    retried: int  # good in the end, but only over a second connection
    kinds: dict[str, dict[str, Any]]  # sent, ok, failed, retried, milliseconds {p50, p95, p99, max} of the good ones
    hosts: dict[str, dict[str, Any]]  # the same, and longest_gap {seconds, at}, opened, closed_while_idle
    failures: list[dict[str, Any]]  # by host, kind and reason: count, first, last, examples
    retries: list[dict[str, Any]]  # the same
    writes: dict[str, Any]  # sent, acknowledged, refused (answered, but not with 201), unanswered
    generator: dict[str, float]  # cpu_seconds, cpu_percent of one core, late_ms_p99, late_ms_max

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def load(path: Path) -> Result:
    return Result(**json.loads(path.read_text(encoding="utf-8")))
