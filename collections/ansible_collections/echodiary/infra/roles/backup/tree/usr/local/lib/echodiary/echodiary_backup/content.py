# SPDX-License-Identifier: GPL-3.0-or-later
"""What a database holds, counted; and whether one that was restored is good enough for the one that lives. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

_OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_NOT_OF_EXTENSION = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"
#: One JSON array a line: what, its name, and a number or text. For psql, on either side.
ASK = f"""
SET search_path = pg_catalog;
SELECT format('SELECT json_build_array(''table'', %L, count(*)) FROM ONLY %s', name, name)
FROM (SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
      WHERE relkind = 'r' AND {_OURS} AND {_NOT_OF_EXTENSION} ORDER BY 1) tables \\gexec
SELECT format('SELECT json_build_array(''revision'', '''', string_agg(version_num, '', '' ORDER BY version_num)) FROM %s', c.oid::regclass)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relname = 'alembic_version' AND relkind = 'r' AND {_OURS} \\gexec
SELECT json_build_array('constraints', '', count(*)) FROM pg_constraint c JOIN pg_namespace n ON n.oid = connamespace
WHERE contype IN ('p', 'u', 'f', 'c', 'x') AND convalidated AND {_OURS} AND {_NOT_OF_EXTENSION};
SELECT json_build_array('invalid', '', count(*)) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relkind = 'i';
"""  # noqa: S608 - of constants

TABLES, ROWS, REVISION, CONSTRAINTS, INDEXES = "tables", "rows", "revision", "constraints", "indexes"
CHECKS = (TABLES, ROWS, REVISION, CONSTRAINTS, INDEXES)
#: a small table may lose so many rows in a day of ordinary work
_FEW = 20
_TOLD = 5


class Content(NamedTuple):
    """``tables``: name as SQL writes it -> rows; ``invalid``: indexes that are not used."""

    tables: dict[str, int]
    revision: str
    constraints: int
    invalid: int

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


def read(said: str) -> Content:
    """``said``: what psql answers to ``ASK``."""
    found = [json.loads(line) for line in said.splitlines() if line.startswith("[")]
    one = {kind: value for kind, _, value in found}
    tables = {name: count for kind, name, count in found if kind == "table"}
    return Content(tables, str(one.get("revision") or ""), int(one["constraints"]), int(one["invalid"]))


class Fault(NamedTuple):
    check: str
    words: str


def faults(restored: Content, live: Content | None, least: float) -> list[Fault]:
    """``least``: share of a live table's rows that have to be back. Where the live one cannot be asked, only what is there is judged."""
    found = [] if restored.tables else [Fault(TABLES, "it holds no table at all")]
    if restored.invalid:
        found.append(Fault(INDEXES, f"{restored.invalid} indexes are invalid"))
    return [*found, *(_compared(restored, live, least) if live else ())]


def _compared(restored: Content, live: Content, least: float) -> Iterator[Fault]:
    missing = sorted(live.tables.keys() - restored.tables.keys())
    if missing:
        yield Fault(TABLES, f"{_listed(missing)} lives and is not in the snapshot")
    lost = [
        f"{name} has {restored.tables[name]} of {rows} rows"
        for name, rows in sorted(live.tables.items())
        if name in restored.tables and rows - restored.tables[name] > _FEW and restored.tables[name] < least * rows
    ]
    if lost:
        yield Fault(ROWS, f"{_listed(lost)}, less than {least:.0%}")
    if restored.revision != live.revision:
        yield Fault(REVISION, f"it is at revision {restored.revision or 'none'}, and what lives at {live.revision or 'none'}")
    elif restored.constraints < live.constraints:
        yield Fault(CONSTRAINTS, f"{live.constraints - restored.constraints} of {live.constraints} constraints are not in it")


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return ", ".join(names[:_TOLD]) + more
