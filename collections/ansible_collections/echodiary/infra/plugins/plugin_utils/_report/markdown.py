# SPDX-License-Identifier: GPL-3.0-or-later
"""Markdown, for a job's summary or an issue. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from .._common import outputs
from .model import Report, Section, Table, Todo

#: characters; an issue on GitHub may have 65536
ROOM = 60_000
_MARKS = {"good": "✅", "bad": "❌", "unknown": "❔", "absent": "➖"}
_text = outputs.markdown


def text(report: Report) -> str:
    """What does not fit is left out whole, and said to be."""
    said = [
        f"### Week of {_text(report.environment or 'all hosts')}: {_text(report.headline)}\n",
        f"{report.begin[:16].replace('T', ' ')} to {report.end[:16].replace('T', ' ')} UTC\n",
        *(f"> {_text(note)}\n" for note in report.notes),
        "#### What to do\n",
        "\n".join(_todos(report.todos)) + "\n" if report.todos else f"{_text(report.headline.capitalize())}.\n",
    ]
    room = ROOM - sum(map(len, said))
    for one in report.sections:
        part = "\n".join(_section(one))
        room -= len(part)
        said.append(part if room > 0 else f"#### {_text(one.title)}\n\nIt did not fit here: the page has it.\n")
    return "\n".join(said).rstrip() + "\n"


def _todos(todos: list[Todo]) -> Iterator[str]:
    for number, todo in enumerate(todos, 1):
        urgent = "**urgent** " if todo.urgent else ""
        command = f"\n   {outputs.code(todo.command)}" if todo.command else ""
        yield f"{number}. {urgent}{_text(todo.text)}{command}"


def _section(one: Section) -> Iterator[str]:
    yield f"#### {_MARKS[one.state]} {_text(one.title)}\n"
    yield f"{_text(one.said)}\n"
    tiles = [(tile.label, tile.value, tile.note) for tile in one.tiles]
    if tiles:
        yield _table(Table(("", "", ""), tiles, frozenset({1})))
    for table in one.tables:
        yield _table(table)
    for note in one.notes:
        yield f"- {_text(note)}\n"


def _table(table: Table) -> str:
    ruler = ["--:" if index in table.numbers else "---" for index in range(len(table.head))]
    rows = [[_text(cell) for cell in row] for row in (table.head, *table.rows)]
    lines = [rows[0], ruler, *rows[1:]]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"
