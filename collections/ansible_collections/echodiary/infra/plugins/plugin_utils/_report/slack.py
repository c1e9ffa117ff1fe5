# SPDX-License-Identifier: GPL-3.0-or-later
"""A message for Slack and what is like it: what to do, then a line for each section, within what every channel takes. Pure."""

from __future__ import annotations

from .._common import outputs
from .model import Report

#: characters as they are sent: Discord takes 2000, Slack shows all of fewer than 3000 in one piece
LONGEST = 1900
_TODOS = 5
_MARKS = {"good": "✓", "bad": "✗", "unknown": "?", "absent": "–"}


def text(report: Report, page: str) -> str:
    """``page``: where all of it is; may be empty."""
    head = f"Week of {report.environment or 'all hosts'} until {report.end[:10]}: {report.headline}"
    more = len(report.todos) - _TODOS
    todos = [f"{number}. {'URGENT ' if todo.urgent else ''}{todo.text}" for number, todo in enumerate(report.todos[:_TODOS], 1)]
    sections = [f"{_MARKS[one.state]} {one.title}: {one.said}" for one in report.sections if one.state != "absent"]
    lines = [head, *report.notes, *todos, *([f"and {more} more"] if more > 0 else []), *sections]
    return _fitting([outputs.name(line) for line in lines], f"all of it: {page}" if page else "")


def _fitting(lines: list[str], last: str) -> str:
    """Whole lines, a long one cut; that some are missing is said."""
    room = LONGEST - _length(last) - 40
    kept: list[str] = []
    for number, line in enumerate(lines):
        short = line if len(line) <= 220 else f"{line[:219]}…"
        room -= _length(short) + 1
        if room < 0:
            kept.append(f"… and {len(lines) - number} lines more")
            break
        kept.append(short)
    return "\n".join([*kept, *([last] if last else [])])


def _length(text: str) -> int:
    """As it is sent: three characters become references."""
    return len(text) + 4 * sum(text.count(one) for one in "&<>")


def colour(report: Report) -> str:
    return "danger" if any(todo.urgent for todo in report.todos) else "warning" if report.todos or report.unknown else "good"
