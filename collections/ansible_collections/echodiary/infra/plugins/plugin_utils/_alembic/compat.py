# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether code written for one schema can live with another: what it reads must be there, what it leaves out must fill itself. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ...module_utils._inside.shapes import Column, Columns, Tables


class Problem(NamedTuple):
    table: str
    column: str  # "" for the table itself
    text: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}: {self.text}" if self.column else f"{self.table}: {self.text}"


def problems(models: Tables, tables: Tables) -> list[Problem]:
    found = []
    for table, expected in sorted(models.items()):
        if table not in tables:
            found.append(Problem(table, "", "the code reads a table that is gone"))
            continue
        found += _columns(table, expected, tables[table])
    return found


def _columns(table: str, expected: Columns, live: Columns) -> list[Problem]:
    found = [Problem(table, name, "the code reads a column that is gone") for name in sorted(set(expected) - set(live))]
    for name, column in sorted(live.items()):
        text = _column(expected.get(name), column)
        if text:
            found.append(Problem(table, name, text))
    return found


def _column(expected: Column | None, live: Column) -> str:
    if expected and live["family"] and live["family"] != expected["family"]:
        return f"the code expects {expected['type']} and finds {live['type']}"
    if live["nullable"] or live["server_default"]:
        return ""
    if expected is None:
        return "NOT NULL without a default: the code does not know the column, so its INSERTs fail"
    if expected["client_default"]:
        return ""
    if expected["server_default"]:
        return "the code leaves the value to a default that is gone, so its INSERTs fail"
    return "NOT NULL without a default: the code may leave it empty, so its INSERTs fail" if expected["nullable"] else ""


def caused(models: Tables, before: Tables, now: Tables) -> list[Problem]:
    """Only what was not so before: the release runs on the tables as they were, whatever one may think of them."""
    known = set(problems(models, before))
    return [problem for problem in problems(models, now) if problem not in known]
