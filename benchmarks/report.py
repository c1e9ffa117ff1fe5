# SPDX-License-Identifier: GPL-3.0-or-later
"""From samples to what people read: tables in Markdown, all numbers in JSON. Pure but for `write`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.contenders import MODES, Contender
from benchmarks.rounds import Sample, Samples

#: (slower, faster, at least this many times as long)
AT_LEAST = (("ansible", "ours", 20.0), ("mitogen", "ours", 4.0), ("pyinfra", "ours", 2.0), ("pyinfra", "ours-anew", 2.0))
#: (slower, faster, at most this many times as long); the floor has no check mode. The first is what people would do by hand, one
#: ssh that connects, next to what they get; the others compare like with like.
AT_MOST = (("ours", "floor-anew", 2.5), ("ours-anew", "floor-anew", 2.5), ("ours", "floor", 2.5))

#: number of hosts -> samples
Results = dict[int, Samples]


def document(results: Results, facts: dict[str, Any]) -> dict[str, Any]:
    """What is kept for machines; `facts` says when, where and with which versions."""
    sizes = {
        str(size): {key: {mode: asdict(sample) for mode, sample in modes.items()} for key, modes in samples.items()}
        for size, samples in results.items()
    }
    return {"schema": 1, **facts, "results": sizes, "targets": list(targets(results))}


def text(results: Results, contenders: list[Contender], facts: dict[str, Any]) -> str:
    machine = facts["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    parts = [f"Measured {facts['when']} at {facts['revision']} on {machine['cores']} cores, load {machine['load']} before. {versions}."]
    parts += [_size(size, samples, contenders) for size, samples in results.items() if _measured(samples)]
    if len(results) > 1:
        parts.append(_growth(results, contenders))
    parts.append(_targets(results))
    return "\n\n".join(parts) + "\n"


def targets(results: Results) -> Iterator[dict[str, Any]]:
    """Every promise, what was measured, and whether it is kept."""
    for size, samples in results.items():
        for mode in MODES:
            for one, other, least in AT_LEAST:
                ratio = _times(samples, (one, mode), (other, mode))
                if ratio:
                    yield _target(size, mode, one, other, f">= {least:g}", ratio, ratio >= least)
            for one, other, most in AT_MOST:
                ratio = _times(samples, (one, mode), (other, MODES[0]))
                if ratio:
                    yield _target(size, mode, one, other, f"<= {most:g}", ratio, ratio <= most)


def _times(samples: Samples, one: tuple[str, str], other: tuple[str, str]) -> float | None:
    mine, theirs = _median(samples, *one), _median(samples, *other)
    return None if mine is None or theirs is None else round(mine / theirs, 2)


def _target(size: int, mode: str, one: str, other: str, wanted: str, ratio: float, met: bool) -> dict[str, Any]:
    return {"hosts": size, "mode": mode, "what": f"{one} / {other}", "wanted": wanted, "ratio": ratio, "met": met}


def write(folder: Path, stamp: datetime, found: dict[str, Any], readable: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stamp:%Y-%m-%dT%H%M%SZ}.json"
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(readable, encoding="utf-8")
    return path


def _size(size: int, samples: Samples, contenders: list[Contender]) -> str:
    head = ["", "no-op (s)", "check (s)", "to ours", "check to ours", "controller CPU (s)", "machine CPU (s)", "runs"]
    rows = [_row(contender, samples) for contender in contenders if samples[contender.key][contender.modes[0]].wall]
    return f"### {size} host{'s' if size > 1 else ''}\n\n" + table(head, rows)


def _row(contender: Contender, samples: Samples) -> list[str]:
    sample = samples[contender.key][contender.modes[0]]
    times = [_median(samples, contender.key, mode) for mode in MODES]
    ratios = [_ratio(time, _median(samples, "ours", mode)) for time, mode in zip(times, MODES, strict=True)]
    return [
        contender.title + ("" if contender.keeps else " *"),
        *(_number(time) for time in times),
        *ratios,
        _number(median(sample.controller)),
        _number(median(sample.machine)),
        str(len(sample.wall)),
    ]


def _growth(results: Results, contenders: list[Contender]) -> str:
    sizes = sorted(results)
    head = ["no-op (s)", *(f"{size} host{'s' if size > 1 else ''}" for size in sizes), "each further host"]
    rows = []
    for contender in contenders:
        times = [_median(results[size], contender.key, "no-op") for size in sizes]
        first, last = times[0], times[-1]
        if first is not None and last is not None:
            step = (last - first) / (sizes[-1] - sizes[0])
            rows.append([contender.title, *(_number(time) for time in times), f"{step:.3f}"])
    return "### Growth\n\n" + table(head, rows)


def _targets(results: Results) -> str:
    head = ["hosts", "mode", "what", "wanted", "measured", ""]
    rows = [
        [str(row["hosts"]), row["mode"], row["what"], row["wanted"], f"{row['ratio']:.2f}", "met" if row["met"] else "MISSED"]
        for row in targets(results)
    ]
    return "### Targets\n\n" + table(head, rows) + "\n\n\\* connects anew in every run; the others use connections that are open."


def _measured(samples: Samples) -> bool:
    return any(sample.wall for modes in samples.values() for sample in modes.values())


def table(head: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]

    def line(cells: list[str]) -> str:
        padded = [
            cell.ljust(width) if index == 0 else cell.rjust(width) for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return "| " + " | ".join(padded) + " |"

    rule = "|" + "|".join("-" * (width + 2) if index == 0 else "-" * (width + 1) + ":" for index, width in enumerate(widths)) + "|"
    return "\n".join([line(head), rule, *(line(row) for row in rows)])


def _median(samples: Samples, key: str, mode: str) -> float | None:
    sample: Sample | None = samples.get(key, {}).get(mode)
    return median(sample.wall) if sample and sample.wall else None


def _ratio(theirs: float | None, ours: float | None) -> str:
    return "" if theirs is None or ours is None else f"{theirs / ours:.2f}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
