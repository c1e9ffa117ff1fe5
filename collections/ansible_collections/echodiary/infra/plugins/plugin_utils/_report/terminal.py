# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for a terminal: what to do, then a line for each section. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from .._common import outputs
from .model import Report

_MARKS = {"good": "well", "bad": "LOOK", "unknown": "unknown", "absent": "-"}


def lines(report: Report) -> Iterator[str]:
    width = max((len(one.title) for one in report.sections), default=0)
    for one in report.sections:
        yield f"{one.title:<{width}}  {_MARKS[one.state]:<7}  {outputs.name(one.said)}"
    yield from (outputs.name(note) for note in report.notes)
    yield ""
    for number, todo in enumerate(report.todos, 1):
        yield f"{number}. {'URGENT: ' if todo.urgent else ''}{outputs.name(todo.text)}"
        if todo.command:
            yield f"   {outputs.name(todo.command)}"
