# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads an archive as the SQL it stands for: every block is decompressed, every row counted, the schema's revision picked up. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_NAME = rb'(?:"(?:[^"]|"")+"|[^\s".(]+)'
_COPY = re.compile(rb"COPY (" + _NAME + rb"(?:\." + _NAME + rb")*) (?:\(.*\) )?FROM stdin;\n?$")
_END = b"\\."
#: where Alembic keeps it
_REVISIONS = "alembic_version"


class Survey(NamedTuple):
    tables: dict[str, int]  # name as SQL writes it -> rows
    revision: str  # several are joined; "" for a schema that was never migrated

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


def survey(lines: Iterable[bytes]) -> Survey:
    """``lines``: what ``pg_restore --file -`` prints."""
    tables: dict[str, int] = {}
    revisions: list[str] = []
    table: str | None = None
    for line in lines:
        if table is None:
            table = _begins(line)
            if table is not None:
                tables[table] = 0
        elif line.rstrip(b"\r\n") == _END:
            table = None
        else:
            tables[table] += 1
            if table.rpartition(".")[2].strip('"') == _REVISIONS:
                revisions.append(line.split(b"\t")[0].strip().decode())
    return Survey(tables, ", ".join(sorted(revisions)))


def _begins(line: bytes) -> str | None:
    if not line.startswith(b"COPY "):
        return None
    found = _COPY.match(line)
    return found[1].decode() if found else None
