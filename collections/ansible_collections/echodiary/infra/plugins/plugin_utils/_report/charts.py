# SPDX-License-Identifier: GPL-3.0-or-later
"""A chart as SVG: drawn here, so that the page needs no program. Lines differ by their dashes and marks, not by colour alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .._common import outputs
from .model import UNKNOWN, Chart, Line

WIDTH, HEIGHT = 400.0, 180.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, 8.0, 10.0, 22.0
_DASHES = ("", "7 3", "2 3", "9 3 2 3")
#: of what lies between the ends, so that no line runs along an edge
_AIR = 0.12


class _Scale(NamedTuple):
    low: float
    high: float
    columns: int

    def x(self, index: int) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * (index + 0.5) / self.columns

    def y(self, value: float) -> float:
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * (value - self.low) / (self.high - self.low)


def svg(chart: Chart) -> str:
    """Empty where nothing is known: an empty chart would look like one of zeros."""
    values = [value for line in chart.lines for value in line.values if value is not None]
    if not values:
        return ""
    scale = _scale(chart, [*values, *([] if chart.limit is None else [chart.limit])])
    lines = [part for number, line in enumerate(chart.lines) for part in _line(chart, scale, number, line)]
    body = "".join([*_week(scale), *_grid(chart, scale), *_limit(chart, scale), *lines])
    title, said = outputs.html(chart.title), outputs.html(described(chart))
    return f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{title}. {said}">{body}</svg>'


def described(chart: Chart) -> str:
    """For who does not see it."""
    return "; ".join(f"{line.name}: {_ends(chart, line)}" for line in chart.lines)


def _ends(chart: Chart, line: Line) -> str:
    known = [value for value in line.values if value is not None]
    if not known:
        return UNKNOWN
    return f"between {chart.form.format(min(known))} and {chart.form.format(max(known))}, last {_text(chart, line.values[-1])}"


def _text(chart: Chart, value: float | None) -> str:
    return UNKNOWN if value is None else chart.form.format(value)


def rows(chart: Chart) -> list[tuple[str, ...]]:
    """The same as a table."""
    return [(day, *(_text(chart, line.values[index]) for line in chart.lines)) for index, day in enumerate(chart.days)]


def _scale(chart: Chart, values: Sequence[float]) -> _Scale:
    """Of values that are nearly the same it makes a line that is nearly flat."""
    low, high = min(values), max(values)
    air = _AIR * (high - low) + max(0.0, chart.least - (high - low)) / 2
    return _Scale(low - air, high + air, len(chart.days))


def _week(scale: _Scale) -> Iterator[str]:
    """This week stands on ground of its own; the one before does not."""
    begin = (scale.x(scale.columns // 2 - 1) + scale.x(scale.columns // 2)) / 2
    yield f'<rect class="week" x="{begin:.1f}" y="{_TOP:g}" width="{WIDTH - _RIGHT - begin:.1f}" height="{HEIGHT - _TOP - _BOTTOM:g}"/>'


def _grid(chart: Chart, scale: _Scale) -> Iterator[str]:
    for part in (0.08, 0.5, 0.92):
        value = scale.low + part * (scale.high - scale.low)
        y = scale.y(value)
        yield f'<line class="grid" x1="{_LEFT:g}" x2="{WIDTH - _RIGHT:g}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 5:g}" y="{y + 4:.1f}" text-anchor="end">{outputs.html(chart.form.format(value))}</text>'
    for index in range(len(chart.days) - 1, -1, -2):
        yield f'<text x="{scale.x(index):.1f}" y="{HEIGHT - 6:g}" text-anchor="middle">{outputs.html(chart.days[index])}</text>'


def _limit(chart: Chart, scale: _Scale) -> Iterator[str]:
    if chart.limit is not None:
        y = scale.y(chart.limit)
        yield f'<line class="limit" x1="{_LEFT:g}" x2="{WIDTH - _RIGHT:g}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _line(chart: Chart, scale: _Scale, number: int, line: Line) -> Iterator[str]:
    colour = f"line{number % len(_DASHES)}"
    for run in _runs(line.values):
        points = " ".join(f"{scale.x(index):.1f},{scale.y(value):.1f}" for index, value in run)
        yield f'<polyline class="{colour}" stroke-dasharray="{_DASHES[number % len(_DASHES)]}" points="{points}"/>'
    for index, value in ((index, value) for index, value in enumerate(line.values) if value is not None):
        said = outputs.html(f"{chart.days[index]}: {chart.form.format(value)}")
        yield f'<circle class="{colour}" cx="{scale.x(index):.1f}" cy="{scale.y(value):.1f}" r="3"><title>{said}</title></circle>'


def _runs(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    """Days in a row that are known: over one that is not no line is drawn."""
    run: list[tuple[int, float]] = []
    for index, value in [*enumerate(values), (len(values), None)]:
        if value is not None:
            run.append((index, value))
        elif run:
            yield run
            run = []


def legend(chart: Chart) -> list[tuple[str, str]]:
    """Dash and name of each line."""
    return [(_DASHES[number % len(_DASHES)], line.name) for number, line in enumerate(chart.lines)]
