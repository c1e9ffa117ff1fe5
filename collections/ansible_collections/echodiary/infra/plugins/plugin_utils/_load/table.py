# SPDX-License-Identifier: GPL-3.0-or-later
"""A load test for people: a table, what was short, and in the last line what to do next. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from . import bounds, kinds, saturation
from .comparison import milliseconds
from .shapes import Kept, Line, Rows, Saturated

_HEAD = ("part", "edge", "step", "requests", "/s", "p50", "p95", "p99", "errors")
_RIGHT = frozenset({"requests", "/s", "p50", "p95", "p99", "errors"})


def table(result: Kept) -> list[str]:
    rows = [_HEAD, *(_cells(one) for one in (*result["lines"], *result["totals"]))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return [
        "  ".join(
            cell.rjust(width) if name in _RIGHT else cell.ljust(width) for cell, width, name in zip(row, widths, _HEAD, strict=True)
        ).rstrip()
        for row in rows
    ]


def _cells(line: Line) -> tuple[str, ...]:
    return (
        line["part"],
        line["edge"],
        line["step"],
        f"{line['requests']:,}",
        f"{line['rate']:.1f}",
        milliseconds(line["p50"]),
        milliseconds(line["p95"]),
        milliseconds(line["p99"]),
        f"{kinds.failed(line['errors']):,}",
    )


def below(result: Kept, judged: Sequence[str], unseen: str) -> list[str]:
    """What stands below the table. ``judged``: the objectives, in words; ``unseen``: why Prometheus said nothing, empty where it did."""
    return [*_errors(result), *judged, *_short(result, unseen), *_rows(result["rows"])]


def _errors(result: Kept) -> Iterator[str]:
    for line in result["totals"]:
        if line["errors"]:
            yield f"errors, {line['part']}: " + ", ".join(f"{count:,} x {kind}" for kind, count in line["errors"].items())
        if line["limited"]:
            many = f"{line['limited']:,} of {line['requests']:,}"
            yield f"turned away, {line['part']}: {many} by the edge's limit per client (429), no errors of the application"


def _short(result: Kept, unseen: str) -> Iterator[str]:
    if unseen:
        yield f"what was short: unknown, {unseen}"
    elif result["saturated"]:
        worst = {one["reason"]: one for one in reversed(result["saturated"])}
        said = sorted(worst.values(), key=lambda one: -one["share"])
        yield f"what was short: {'' if saturation.short(said) else 'nothing; '}" + ", ".join(saturation.words(one) for one in said)
    else:
        yield "what was short: unknown, Prometheus has none of the figures"


def _rows(rows: Rows | None) -> Iterator[str]:
    if rows is None:
        return
    written = "not counted" if rows["written"] is None else f"{rows['written']:,}"
    yield f"rows: {written} written, {rows['removed']:,} removed, {rows['left']:,} left" + (
        f"; {rows['trouble']}" if rows["trouble"] else ""
    )
    if rows["written"] is not None and not rows["trouble"] and rows["found"] < rows["written"]:
        yield f"LOST: {rows['written'] - rows['found']:,} rows that were acknowledged are not there"


def next_step(result: Kept, command: str) -> str:
    """``command``: as it was typed, without what it was told."""
    rows, requests = result["rows"], sum(one["requests"] for one in result["totals"])
    if not requests:
        return "next: nothing was sent, see above"
    if result["stopped"]:
        return f"next: {result['stopped']}; look first: ansible-playbook echodiary.infra.incident.diagnose"
    if 20 * sum(one["limited"] for one in result["totals"]) > requests:
        said = "the edge limits each client, so this says little of the service"
        return f"next: {said}: this machine's address into haproxy_unlimited for the time being, or a smaller load_rate (docs/limits.md)"
    if result["missed"]:
        return f"next: {_mend(result)}"
    if rows and (rows["left"] or rows["trouble"]):
        return f"next: remove the rows of this test: {command} -e load_seconds=0"
    short = saturation.short(result["saturated"])
    if short:
        return f"next: nothing to do; of more load the first end is {_told(short[0])}"
    rate, users = min(2 * result["rate"], float(bounds.REQUESTS)), min(2 * result["users"], bounds.USERS)
    return f"next: nothing to do; to find where it ends: {command} -e load_rate={rate:g} -e load_users={users}"


def _mend(result: Kept) -> str:
    short = saturation.short(result["saturated"])
    if not short:
        return "objectives are missed, and nothing that Prometheus sees was short: look at slow statements and at logs"
    return f"objectives are missed, and {_told(short[0])}"


def _told(one: Saturated) -> str:
    return f"{saturation.words(one)}: {saturation.REASONS[one['reason']].mend}"
