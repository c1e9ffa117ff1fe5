# SPDX-License-Identifier: GPL-3.0-or-later
"""What each part of callback `warm` is worth: a run that has nothing to do, with it and without it, in turn.

    python -m benchmarks.ablation [--hosts 8] [--pairs 20]

Processor seconds decide: wall clock on a machine that does other things says little. Results are `results/ablation-*`.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks import contenders, fleet, report
from benchmarks.fleet import Fleet
from benchmarks.settings import RESULTS, ROOT

PARTS = ("bytecode", "templates", "memory")
#: what is left out -> what is done
VARIANTS = {**{part: [other for other in PARTS if other != part] for part in PARTS}, "all of them": ["nothing"]}
HEAD = ["without", "with it (CPU s)", "without it (CPU s)", "without / with", "half of all pairs", "worth (ms)", "pairs"]


@dataclass
class Pairs:
    """Controller's processor seconds of runs in pairs, one after the other."""

    having: list[float]
    lacking: list[float]

    @property
    def ratios(self) -> list[float]:
        return [lacking / having for having, lacking in zip(self.having, self.lacking, strict=True)]

    @property
    def middle(self) -> tuple[float, float]:
        """Between which half of the ratios lie."""
        found = quantiles(self.ratios, n=4)
        return found[0], found[2]


def main() -> int:
    parser = argparse.ArgumentParser(description="What each part of callback warm is worth")
    parser.add_argument("--hosts", type=int, default=8)
    parser.add_argument("--pairs", type=int, default=20, help="runs with and without, for each part")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    every_host = fleet.start(arguments.hosts)
    try:
        found = measure(every_host, arguments.pairs)
    finally:
        fleet.stop(every_host)
    write(found, arguments.hosts)
    return 0


def measure(every_host: Fleet, pairs: int) -> dict[str, Pairs]:
    found = {part: Pairs([], []) for part in VARIANTS}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for parts in ([*PARTS], *VARIANTS.values()):
            run(every_host, parts, Path(folder))  # converges the hosts, and compiles what is kept
        for turn in range(pairs):
            for part, kept in VARIANTS.items():
                # Who comes first changes, so that nobody always profits from what the other has warmed.
                for parts in ([*PARTS], kept)[:: 1 if turn % 2 else -1]:
                    took = run(every_host, parts, Path(folder))
                    (found[part].lacking if parts is kept else found[part].having).append(took)
            sys.stdout.write(f"pair {turn + 1} of {pairs}\n")
            sys.stdout.flush()
    return found


def run(every_host: Fleet, parts: list[str], sockets: Path) -> float:
    """Controller's processor seconds of one run."""
    return contenders.ours(every_host, False, sockets, {"ECHODIARY_WARM": ",".join(parts)}).took.cpu


def rows(found: dict[str, Pairs]) -> Iterator[list[str]]:
    for part, pairs in found.items():
        low, high = pairs.middle
        worth = median(lacking - having for having, lacking in zip(pairs.having, pairs.lacking, strict=True))
        seconds = f"{median(pairs.having):.3f}", f"{median(pairs.lacking):.3f}"
        yield [part, *seconds, f"{median(pairs.ratios):.3f}", f"{low:.3f} - {high:.3f}", f"{1000 * worth:.0f}", str(len(pairs.having))]


def write(found: dict[str, Pairs], hosts: int) -> None:
    stamp = datetime.now(UTC)
    text = f"# Parts of callback `warm`, a run without changes on {hosts} hosts\n\n{report.table(HEAD, list(rows(found)))}\n"
    document: dict[str, Any] = {"hosts": hosts, "pairs": {part: asdict(pairs) for part, pairs in found.items()}}
    path = RESULTS / f"ablation-{stamp:%Y-%m-%dT%H%M%SZ}.json"
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(text, encoding="utf-8")
    sys.stdout.write(f"\n{text}\nAll numbers: {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    sys.exit(main())
