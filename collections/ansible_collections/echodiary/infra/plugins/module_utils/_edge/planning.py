# SPDX-License-Identifier: GPL-3.0-or-later
"""What an edge was told apart from its configuration: pure functions between the map's one value and its meaning.

The value is ``<traffic>|<message as JSON>|<message as HTML>``: HAProxy puts the parts into answers as they are, so they are
escaped before they get there, and the separator with them. No value means an ordinary edge.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from .._host import timestamps

if TYPE_CHECKING:
    from .shapes import Shown

KEY = "edge"
#: taking requests; taking them, yet failing the load balancer's health check; answering nobody but the host itself
IN, LEAVING, OUT = "in", "leaving", "out"
LONGEST = 500


class Edge(NamedTuple):
    traffic: str = IN
    message: str = ""  # not empty: everybody gets it, with 503


class EdgeError(Exception):
    """One line: what is wrong with a message or a value."""


def wanted(now: Edge, traffic: str | None, message: str | None) -> Edge:
    """``None`` leaves a part as it is."""
    return Edge(now.traffic if traffic is None else traffic, now.message if message is None else checked(message))


def checked(message: str) -> str:
    message = " ".join(message.split())
    if len(message) > LONGEST:
        raise EdgeError(f"message: has {len(message)} characters, {LONGEST} at most")
    if not message.isprintable():
        raise EdgeError("message: has characters that cannot be printed")
    return message


def to_value(edge: Edge) -> str:
    """Empty for an ordinary edge. A percent sign would be a format's for HAProxy, a bar our own."""
    if edge == Edge():
        return ""
    import html  # only who tells an edge something pays for it

    as_json = json.dumps(edge.message)[1:-1].replace("|", "\\u007c").replace("%", "\\u0025")
    as_html = html.escape(edge.message).replace("|", "&#124;").replace("\\", "&#92;").replace("%", "&#37;")
    return f"{edge.traffic}|{as_json}|{as_html}"


def from_value(value: str) -> Edge:
    if not value:
        return Edge()
    traffic, _, rest = value.partition("|")
    try:
        message = json.loads(f'"{rest.partition("|")[0]}"')
    except ValueError:
        message = ""
    if traffic not in (IN, LEAVING, OUT):
        raise EdgeError(f"the edge's state is {value[:60]!r}, which is none; say what it should be anew")
    return Edge(traffic, message)


def words(edge: Edge) -> str:
    said = {IN: "takes requests", LEAVING: "is leaving: its health check fails", OUT: "is out of traffic"}[edge.traffic]
    return f"{said}; maintenance: {edge.message}" if edge.message else said


def remark(who: str, wall: float, minutes: int | None) -> str:
    """A line that HAProxy takes for a comment."""
    until = f" until {timestamps.to_text(wall + 60 * minutes)}" if minutes else ""
    return f"# by {' '.join(who.split()) or 'somebody'} since {timestamps.to_text(wall)}{until}\n"


def remarked(text: str) -> str:
    """``text``: of the file. Empty where nobody said who it was."""
    return next((line[2:].strip() for line in text.splitlines() if line.startswith("# by ")), "")


def serving(slots: dict[str, str]) -> str:
    """``slots``: backend -> the slot that would serve. Empty where one has none: the host could not take its requests."""
    if not all(slots.values()):
        return ""
    return ", ".join(slots.values()) if len(slots) < 2 else ", ".join(f"{backend}: {slot}" for backend, slot in sorted(slots.items()))


def shown(edge: Edge) -> Shown:
    return {"traffic": edge.traffic, "message": edge.message}
