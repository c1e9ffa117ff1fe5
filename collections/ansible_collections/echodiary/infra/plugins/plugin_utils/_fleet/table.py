# SPDX-License-Identifier: GPL-3.0-or-later
"""The table at the end: a row per component, a column per host, a state in each cell.

Components are the rows because hosts are what a fleet has more of: columns that do not fit are first folded (hosts in
the same state share one) and then continued below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.view import Paint

if TYPE_CHECKING:
    from ansible_collections.echodiary.infra.plugins.module_utils._converge.exchange import Outcome

#: host -> component -> its part of the latest result
States = Mapping[str, Mapping[str, "Outcome"]]
#: heading and, per component, tone and text
_Column = tuple[str, dict[str, tuple[str, str]]]

_GAP = "  "


def table_lines(states: States, width: int, paint: Paint) -> list[str]:
    """The table in at most ``width`` characters (a single column may need more)."""
    rows = list(dict.fromkeys(name for components in states.values() for name in components))
    columns = [_column(host, states[host]) for host in sorted(states, key=_natural) if states[host]]
    if not columns:
        return []
    names = max(len(row) for row in rows)
    if _total(names, columns) > width:
        columns = _folded(columns)
    lines: list[str] = []
    for block in _blocks(columns, width - names):
        lines += ["", *_block_lines(rows, names, block, paint)]
    return lines[1:]


def cell(component: Outcome) -> tuple[str, str]:
    """Tone and text of one state: a symbol for the eye, the words for the rest."""
    status, sync, health = (str(one or "Unknown") for one in (component.get("status"), component.get("sync"), component.get("health")))
    words = f"{sync} {health}"
    if status == "failed":
        return "bad", f"✗ failed, {health}"
    if status == "taken_back":
        return "bad", f"↶ taken back, {health}"
    if status == "skipped":
        return "quiet", "- skipped"
    if health in ("Degraded", "Missing"):
        return "bad", f"✗ {words}"
    if "Unknown" in (sync, health):
        return "change", f"? {words}"
    if sync == "OutOfSync" or health == "Progressing":
        return "change", f"! {words}"
    return ("change", f"● {words}") if status == "changed" else ("good", f"✓ {words}")


def _natural(host: str) -> list[tuple[str, int]]:
    """app2 before app10."""
    return [(text, int(number or 0)) for text, number in re.findall(r"(\D*)(\d*)", host)]


def _column(host: str, components: Mapping[str, Outcome]) -> _Column:
    return host, {name: cell(component) for name, component in components.items()}


def _width(column: _Column) -> int:
    heading, cells = column
    return max(len(heading), *(len(text) for _tone, text in cells.values()))


def _total(names: int, columns: Sequence[_Column]) -> int:
    return names + sum(len(_GAP) + _width(column) for column in columns)


def _folded(columns: Sequence[_Column]) -> list[_Column]:
    """Hosts whose columns read the same become one: "app1 +7"."""
    alike: dict[str, list[_Column]] = {}
    for column in columns:
        alike.setdefault(repr(column[1]), []).append(column)
    return [_fold(same) for same in alike.values()]


def _fold(same: Sequence[_Column]) -> _Column:
    host, cells = same[0]
    return (f"{host} +{len(same) - 1}" if len(same) > 1 else host), cells


def _blocks(columns: Sequence[_Column], width: int) -> list[list[_Column]]:
    blocks: list[list[_Column]] = [[]]
    for column in columns:
        if blocks[-1] and _total(0, [*blocks[-1], column]) > width:
            blocks.append([])
        blocks[-1].append(column)
    return blocks


def _block_lines(rows: Sequence[str], names: int, block: Sequence[_Column], paint: Paint) -> list[str]:
    head = " " * names + "".join(_GAP + f"{heading:<{_width((heading, cells))}}" for heading, cells in block)
    here = [row for row in rows if any(row in cells for _heading, cells in block)]
    return [paint("title", head.rstrip()), *(_row(row, names, block, paint) for row in here)]


def _row(row: str, names: int, block: Sequence[_Column], paint: Paint) -> str:
    line = f"{row:<{names}}"
    for column in block:
        tone, text = column[1].get(row, ("quiet", "·"))
        line += _GAP + paint(tone, text) + " " * (_width(column) - len(text))
    return line.rstrip()
