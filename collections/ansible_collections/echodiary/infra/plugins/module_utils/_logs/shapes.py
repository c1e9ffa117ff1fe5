# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is asked, and what it says."""

from __future__ import annotations

from typing import TypedDict

#: what a line is: a field each, as the shipper names them; ``_time``, ``_msg`` and ``host`` are always there
Line = dict[str, str]
#: from the least to the worst
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def moment(line: Line) -> tuple[str, str]:
    """Its time, to be sorted by: fractions are as long as whoever wrote them made them."""
    whole, _, fraction = line["_time"].rstrip("Z").partition(".")
    return whole, f"{fraction:0<9}"


class Asked(TypedDict):
    """``source``: store, or host, which is the host itself. ``since``, ``until``: seconds since 1970. What is empty asks for everything.
    ``query``: the same in LogsQL. ``last``: as many of the newest."""

    source: str
    store: str
    query: str
    name: str
    since: float
    until: float
    components: list[str]
    levels: list[str]
    request: str
    text: str
    last: int


class Answer(TypedDict, total=False):
    """``lines``: oldest first. ``cut``: there are older ones. ``msg``: why there is no answer, where it ``failed``."""

    changed: bool
    lines: list[Line]
    cut: bool
    failed: bool
    msg: str
