# SPDX-License-Identifier: GPL-3.0-or-later
"""What filters of CloudWatch Logs make of lines: a regular expression between %, or words in quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple


class Datum(NamedTuple):
    """``at``: seconds."""

    namespace: str
    name: str
    at: float
    value: float


def fits(pattern: str, line: str) -> bool:
    if pattern.startswith("%") and pattern.endswith("%"):
        return re.search(pattern[1:-1], line) is not None
    words = re.findall(r'"([^"]*)"|(\S+)', pattern)
    return all((quoted or word) in line for quoted, word in words)


def counted(one: Mapping[str, Any], events: Sequence[tuple[float, str]], period: int = 60) -> Iterator[Datum]:
    """``events``: seconds and line, of the filter's group. In a minute in which lines came and none fits, it tells its other value."""
    told = one["metricTransformations"][0]
    where = (told["metricNamespace"], told["metricName"])
    minutes: dict[int, list[bool]] = {}
    for at, line in events:
        minutes.setdefault(int(at // period), []).append(fits(one["filterPattern"], line))
    for minute, found in sorted(minutes.items()):
        at = float(minute * period)
        yield from (Datum(*where, at, float(told["metricValue"])) for _ in range(sum(found)))
        if not any(found) and told.get("defaultValue") is not None:
            yield Datum(*where, at, float(told["defaultValue"]))
