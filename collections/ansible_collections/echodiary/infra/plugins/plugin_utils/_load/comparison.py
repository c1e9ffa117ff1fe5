# SPDX-License-Identifier: GPL-3.0-or-later
"""This result beside the last one. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from . import kinds
from .shapes import Kept, Line

#: what a machine that nobody touched differs by from one run to the next
_NOISE = 0.1
_ALIKE = ("seconds", "users", "rate", "edges")


def compared(now: Kept, before: Kept) -> list[str]:
    """Lines for people."""
    found = [f"before: {before['began']}, release {before['release'] or 'unknown'}"]
    other = [f"{key} {before[key]} then, {now[key]} now" for key in _ALIKE if before[key] != now[key]]  # type: ignore[literal-required]
    if other:
        found.append(f"  not the same test: {'; '.join(other)}")
    earlier = {one["part"]: one for one in before["totals"]}
    both = [(line, earlier[line["part"]]) for line in now["totals"] if line["part"] in earlier]
    return [*found, *(f"  {line['part']}: {', '.join(_moved(line, old))}" for line, old in both)]


def _moved(now: Line, before: Line) -> Iterator[str]:
    for name, value, old in (("p50", now["p50"], before["p50"]), ("p95", now["p95"], before["p95"]), ("p99", now["p99"], before["p99"])):
        if value is not None and old:
            change = value / old - 1
            said = "as before" if abs(change) < _NOISE else f"{'+' if change > 0 else '-'}{100 * abs(change):.0f} %"
            yield f"{name} {milliseconds(old)} -> {milliseconds(value)} ({said})"
    yield f"requests/s {before['rate']:g} -> {now['rate']:g}"
    yield f"errors {kinds.failed(before['errors'])} -> {kinds.failed(now['errors'])}"


def milliseconds(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{1000 * seconds:.0f} ms" if seconds >= 0.01 else f"{1000 * seconds:.1f} ms"
