# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of what was measured: one line for each environment and loss, between two marks of a page that people write. Pure."""

from __future__ import annotations

from typing import NamedTuple

from .._common import outputs, timestamps
from .figures import Figures
from .losses import LOSSES

BEGIN, END = "<!-- drill: begin, written by a drill -->", "<!-- drill: end -->"
_HEAD = """\
| environment | lost | day | back after | snapshot's age | rows back | rows lost | requests failed | steps |
|---|---|---|---|---|---|---|---|---|"""
_NOBODY = "not counted"
_NEW = f"# Drills\n\n{BEGIN}\n{END}\n"


class Line(NamedTuple):
    """``lost``: as people read it; ``day``: UTC."""

    environment: str
    lost: str
    day: str
    figures: Figures


def text(line: Line) -> str:
    """One line of Markdown."""
    found = line.figures
    cells = [
        line.environment,
        line.lost,
        line.day,
        exact(found.rto),
        "nothing restored" if found.age is None else timestamps.span(found.age),
        _number(found.rows),
        _number(found.lost),
        _NOBODY if found.failed is None else f"{found.failed:,} of {found.asked or 0:,}",
        ", ".join(f"{step.name} {step.seconds:.0f} s" for step in found.steps),
    ]
    return f"| {' | '.join(outputs.markdown(cell) for cell in cells)} |"


def exact(seconds: float) -> str:
    """To the second, unlike a span of which only the size counts."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def merged(page: str, line: Line) -> str:
    """The page with this line instead of the one of the same environment and loss. ValueError for a page without both marks, once each.

    An empty page becomes one."""
    before, between, after = _parts(page or _NEW)
    known = {_key(one): one for one in between.splitlines() if one.startswith("| ") and not _HEAD.startswith(one)}
    added = text(line)
    lines = {**known, _key(added): added}
    return f"{before}{BEGIN}\n{_HEAD}\n" + "\n".join(lines[key] for key in sorted(lines, key=_order)) + f"\n{END}{after}"


def check(page: str) -> None:
    """ValueError for a page that ``merged`` would not write into."""
    _parts(page or _NEW)


def _parts(page: str) -> tuple[str, str, str]:
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        raise ValueError(f"it does not have, once each and in this order, the lines {BEGIN} and {END}: put them where the table is to be")
    before, _, rest = page.partition(BEGIN)
    between, _, after = rest.partition(END)
    return before, between, after


def _key(line: str) -> tuple[str, str]:
    """One host is as another."""
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    return cells[0], cells[1].split(" ")[0]


def _order(key: tuple[str, str]) -> tuple[str, int, str]:
    environment, lost = key
    return environment, LOSSES.index(lost) if lost in LOSSES else len(LOSSES), lost


def _number(count: int | None) -> str:
    return _NOBODY if count is None else f"{count:,}"
