# SPDX-License-Identifier: GPL-3.0-or-later
"""A result as a short table."""

from __future__ import annotations

from typing import Any

from tests.load.result import Result

WIDTH = 28


def table(result: Result) -> str:
    used = result.generator
    lines = [
        f"run {result.run}: {result.sent} requests in {result.seconds:.1f} s, {result.rate:.1f}/s of {result.wanted_rate:g}/s",
        f"{result.failed} failed, {result.retried} needed a second connection",
        f"generator: {used['cpu_percent']:.1f} % of a core; late {used['late_ms_p99']:.1f} ms (p99), {used['late_ms_max']:.1f} (max)",
        "",
        f"{'':{WIDTH}}{'sent':>8}{'ok':>8}{'failed':>8}{'2nd':>6}{'p50 ms':>10}{'p95':>9}{'p99':>9}{'max':>9}   longest gap",
    ]
    lines += [_row(kind, count) for kind, count in result.kinds.items()]
    lines += [_row(host, count) + _gap(count) for host, count in result.hosts.items()]
    writes = result.writes
    lines += [
        "",
        f"writes: {writes['acknowledged']} acknowledged, {len(writes['refused'])} refused, {len(writes['unanswered'])} unanswered",
    ]
    lines += _events("failed", result.failures) + _events("second connection", result.retries)
    return "\n".join(lines)


def _row(name: str, count: dict[str, Any]) -> str:
    spread = "".join(f"{'-' if value is None else format(value, '.1f'):>9}" for value in count["milliseconds"].values())
    return f"{name:{WIDTH}}{count['sent']:>8}{count['ok']:>8}{count['failed']:>8}{count['retried']:>6} {spread}"


def _gap(count: dict[str, Any]) -> str:
    gap = count["longest_gap"]
    return f"   {gap['seconds']:.3f} s at {gap['at']:.1f} s"


def _events(title: str, groups: list[dict[str, Any]]) -> list[str]:
    if not groups:
        return []
    lines = ["", f"{title}:"]
    for group in groups:
        example = group["examples"][0]
        lines.append(
            f"  {group['count']:>6} x {group['host']} {group['kind']}: {group['reason']}, {group['first']:.2f} to {group['last']:.2f} s; "
            f"first: {example['request']} {example['detail']}".rstrip()
        )
    return lines
