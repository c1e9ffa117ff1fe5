# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are told of a rehearsal: what ran on which data, who would have waited, and the way out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._inside import words as inside

if TYPE_CHECKING:
    from ...module_utils._rehearsal.shapes import Counted, Dump, Measured, Waited
    from .shapes import Migration

FLOOR = "It is a floor, not a forecast: the copy is idle, has no long transactions to queue behind, and its cache is warm."
_DAY = 26 * 3600
#: by the strongest lock that was held: what to write instead
_INSTEAD = {
    "ShareLock": "build the index CONCURRENTLY, in op.get_context().autocommit_block()",
    "AccessExclusiveLock": (
        "keep what takes long out of the transaction that locks: add the column without a volatile default, fill it in batches that are "
        "committed, then set default and constraint (NOT VALID, VALIDATE)"
    ),
}
_INSTEAD_OF_OTHERS = "change rows in batches that are committed, so that nobody waits for all of them"


def age(seconds: float) -> str:
    minutes = max(0, int(seconds)) // 60
    hours, days = minutes // 60, minutes // 1440
    return f"{days} d {hours % 24} h" if days else f"{hours} h" if hours else f"{minutes} min"


def data(dump: Dump, rows: int, now: float) -> str:
    old = now - dump["timestamp"]
    which = "last night's data" if old < _DAY else f"the newest dump ({dump['id']})"
    return f"{which} ({age(old)} old, {rows:,} rows)"


def waited(one: Measured, readers: Waited, writers: Waited, limit: int) -> str:
    """And what to do: each of the three works as it is written here."""
    who, worst = ("readers", readers) if readers["ms"] > limit else ("writers", writers)
    lock = one["lock"]
    instead = _INSTEAD.get(lock["mode"] if lock else "", _INSTEAD_OF_OTHERS)
    enough = (max(readers["ms"], writers["ms"]) // 100 + 1) * 100
    entry = _entry(one["revision"], "rehearsed-wait")
    seen = f"{who} of {worst['table']} waited up to {worst['ms']:,} ms (limit {limit:,})"
    held = f", {lock['mode']} was held on {lock['table']} for {lock['ms']:,} ms" if lock else ""
    return f"{seen}{held}; {instead}; or accept it with -e deploy_rehearse_max_wait={enough}, or for good with {entry} in migrations.yml"


def lasted(one: Measured, limit: int) -> str:
    enough = int(one["seconds"]) + 1
    entry = _entry(one["revision"], "rehearsed-duration")
    seen = f"it took {one['seconds']:.1f} s (limit {limit})"
    return f"{seen}; accept it with -e deploy_rehearse_max_seconds={enough}, or for good with {entry} in migrations.yml"


def lost(revision: str, tables: Sequence[Counted]) -> str:
    named = ", ".join(f"{one['table']} {_rows(one)}" for one in tables)
    entry = _entry(revision, "rehearsed-rows")
    return (
        f"rows are gone: {named}; where that is meant, say so with {entry} in migrations.yml, or -e deploy_rehearse_accept_lost_rows=true"
    )


def failed(one: Measured) -> str:
    error = one["error"]
    return inside.trouble(error, "the release") if error else ""


def _rows(one: Counted) -> str:
    return f"{one['before']:,} -> {'no such table' if one['after'] is None else format(one['after'], ',')}"


def _entry(revision: str, rule: str) -> str:
    return f"{{revision: '{revision}', rule: {rule}, reason: …}}"


def line(one: Migration, where: str) -> str:
    """One migration, as in: 0005 ran on last night's data (7 h old, 127,200 rows) in 2.7 s; readers waited up to 2,675 ms, …: refused.
    ``where`` is empty where that was said already."""
    readers, writers = one["readers"]["ms"], one["writers"]["ms"]
    said = f"{one['revision']} ran {where}in {_span(one['seconds'])}; readers waited up to {readers:,} ms, writers up to {writers:,} ms"
    more = [f"{table['table']} {_rows(table)}" for table in one["changed"]]
    if more:
        said += f"; rows: {', '.join(more)}"
    verdict = {"before": "not judged, since production has it already"}.get(one["verdict"], one["verdict"])
    return f"{said}: {verdict}" + (f" ({'; '.join(one['why'])})" if one["why"] else "")


def summary(found: Sequence[Migration], where: str) -> str:
    lines = [line(one, f"on {where} " if number == 0 else "") for number, one in enumerate(found)]
    return f"{'. '.join(lines)}. {FLOOR}"


def _span(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{round(1000 * seconds)} ms"
