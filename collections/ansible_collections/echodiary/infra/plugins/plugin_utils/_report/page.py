# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: one HTML file without a program, light or dark as the reader has it, with charts drawn into it and nothing from elsewhere. Pure
but for its style, which is a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from .._common import outputs
from . import charts, model
from .model import Chart, Report, Section, Table, Tile, Todo

_ASSETS = Path(__file__).with_name("assets")
MARKS = {"good": "✓ well", "bad": "✗ look", "unknown": "? unknown", "absent": "– none here"}
_text = outputs.html
_OPTION = re.compile(r"(?<!\S)-+[\w-]+")
_SHORT = 24


def colours() -> str:
    """Those of every page for people, light and dark."""
    return (_ASSETS / "colours.css").read_text(encoding="utf-8")


@cache
def _style() -> str:
    return colours() + (_ASSETS / "page.css").read_text(encoding="utf-8")


def html(report: Report) -> str:
    title = f"Week of {_text(report.environment or 'all hosts')}"
    shown = [one for one in report.sections if one.state != "absent"]
    body = "".join([_header(report, title), _todo(report), _nav(shown), *map(_section, shown), _absent(report)])
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
        f'<title>{title}: {_text(report.headline)}</title>\n<link rel="icon" href="data:,">\n<style>\n{_style()}</style>\n</head>\n'
        f"<body>\n{body}</body>\n</html>\n"
    )


def _header(report: Report, title: str) -> str:
    state: model.State = "bad" if report.todos else "unknown" if report.unknown else "good"
    notes = "".join(f'<p class="unknown">{_text(note)}</p>' for note in report.notes)
    moment = f"{report.begin[:16].replace('T', ' ')} to {report.end[:16].replace('T', ' ')} UTC"
    verdict = f'<p><span class="state {state}">{_text(report.headline)}</span></p>'
    return f'<header>\n<h1>{title}</h1>\n<p class="soft">{moment}</p>\n{verdict}{notes}</header>\n<main>\n'


def _todo(report: Report) -> str:
    said = f"<ol>{''.join(map(_item, report.todos))}</ol>" if report.todos else f"<p>{_text(report.headline.capitalize())}.</p>"
    return f'<div class="todo" role="region" aria-labelledby="todo">\n<h2 id="todo">What to do</h2>\n{said}\n</div>\n'


def _item(todo: Todo) -> str:
    urgent = '<span class="state bad">urgent</span> ' if todo.urgent else ""
    command = f"<pre>{_command(todo.command)}</pre>" if todo.command else ""
    return f"<li>{urgent}{_text(todo.text)}{command}</li>"


def _command(text: str) -> str:
    """No line ends between an option and its dash."""
    return _OPTION.sub(r'<span class="short">\g<0></span>', _text(text))


def _nav(shown: list[Section]) -> str:
    links = "".join(f'<li><a class="{one.state}" href="#{one.key}">{MARKS[one.state][0]} {_text(one.title)}</a></li>' for one in shown)
    return f'<nav aria-label="Sections"><ul>{links}</ul></nav>\n'


def _section(one: Section) -> str:
    parts = [
        f'<div class="head"><h2 id="{one.key}">{_text(one.title)}</h2><span class="state {one.state}">{MARKS[one.state]}</span></div>',
        f"<p>{_text(one.said)}</p>",
        f'<ul class="tiles">{"".join(map(_tile, one.tiles))}</ul>' if one.tiles else "",
        *map(_chart, one.charts),
        *(_table(table, f"{one.title} {number}") for number, table in enumerate(one.tables, 1)),
        *(f'<p class="soft">{_text(note)}</p>' for note in one.notes),
    ]
    return f'<section aria-labelledby="{one.key}">\n{"".join(parts)}\n</section>\n'


def _tile(tile: Tile) -> str:
    return f'<li class="{tile.state}"><span>{_text(tile.label)}</span><b>{_text(tile.value)}</b><span>{_text(tile.note)}</span></li>'


def _chart(chart: Chart) -> str:
    drawn = charts.svg(chart)
    if not drawn:
        return f'<p class="soft">{_text(chart.title)}: no day of it is known</p>'
    values = Table(("day", *(line.name for line in chart.lines)), charts.rows(chart), frozenset(range(1, 1 + len(chart.lines))))
    folded = f"<details><summary>Its values</summary>{_table(values, chart.title)}</details>"
    return f"<figure><figcaption>{_text(chart.title)}{_legend(chart)}</figcaption>{drawn}{folded}</figure>"


def _legend(chart: Chart) -> str:
    keys = [_key(number, dash, name) for number, (dash, name) in enumerate(charts.legend(chart))]
    limit = [] if chart.limit is None else [f"<span>dashed red: objective {_text(chart.form.format(chart.limit))}</span>"]
    return "".join([*keys, *limit, "<span>on grey: this week</span>"])


def _key(number: int, dash: str, name: str) -> str:
    line = f'<polyline class="line{number}" stroke-dasharray="{dash}" points="0,5 32,5"/>'
    return f'<span><svg class="key" viewBox="0 0 32 10" aria-hidden="true">{line}</svg> {_text(name)}</span>'


def _table(table: Table, name: str) -> str:
    head = "".join(f'<th scope="col"{_class(table, index)}>{_text(cell)}</th>' for index, cell in enumerate(table.head))
    rows = "".join(f"<tr>{_cells(table, row)}</tr>" for row in table.rows)
    label = f'tabindex="0" role="region" aria-label="{_text(name)}"'
    return f'<div class="scroll" {label}><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cells(table: Table, row: Iterable[str]) -> str:
    return "".join(f"<td{_class(table, index, cell)}>{_text(cell)}</td>" for index, cell in enumerate(row))


def _class(table: Table, index: int, cell: str = "") -> str:
    """What is short stays on one line; sentences may break."""
    if index in table.numbers:
        return ' class="number"'
    return ' class="short"' if len(cell) <= _SHORT else ""


def _absent(report: Report) -> str:
    none = "".join(f"<li>{_text(one.title)}: {_text(one.said)}</li>" for one in report.sections if one.state == "absent")
    listed = f'<section aria-labelledby="absent"><h2 id="absent">Not here</h2><ul>{none}</ul></section>\n' if none else ""
    return f"{listed}</main>\n"
