# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a lock is kept: ``<directory>/<name>.json`` replaced as a whole, its journal beside it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .._host import timestamps
from .._ledger import files, journal, records, shapes
from . import planning

if TYPE_CHECKING:
    from .._ledger.values import Json
    from .shapes import Event, Record

#: admins may look at it without root; it holds no secret
MODE = 0o644
VERSION = 1
_TOLD = {"owner": shapes.TEXT, "reason": shapes.TEXT}
_STAMP = shapes.fields({"at": shapes.TEXT, "uptime": shapes.NUMBER, "boot": shapes.TEXT})


def _moment(value: Json) -> str:
    try:
        timestamps.to_wall(value if isinstance(value, str) else "")
    except ValueError:
        return " is no time"
    return ""


_LEASE = shapes.fields(
    {
        **_TOLD,
        "token": shapes.kind(int),
        "run_url": shapes.TEXT,
        "ttl": shapes.NUMBER,
        "override": shapes.TEXT,
        "acquired": _STAMP,
        "renewed": _STAMP,
    }
)
_FREEZE = shapes.fields({**_TOLD, "until": _moment, "since": _STAMP})
SHAPE = shapes.fields(
    {"version": shapes.kind(int), "token": shapes.kind(int), "lease": shapes.maybe(_LEASE), "freeze": shapes.maybe(_FREEZE)}
)


def path_of(directory: str, name: str) -> str:
    return os.path.join(directory, name + ".json")


def journal_of(directory: str, name: str) -> str:
    return os.path.join(directory, name + ".journal.jsonl")


def load(directory: str, name: str) -> Record:
    """What is recorded; nothing yet is an unlocked lock. Raises LedgerError for what cannot be trusted: unreadable is not unlocked."""
    path = path_of(directory, name)
    found = records.read(path, SHAPE, VERSION)
    if found.fault:
        raise files.LedgerError(f"{path} {found.fault}")
    record: Record | None = found.record
    return planning.empty(highest_token(directory, name)) if record is None else record


def recovered(directory: str, name: str) -> Record:
    """In place of a record that cannot be read: unlocked, and no fencing token is ever given out twice."""
    return planning.empty(highest_token(directory, name))


def put_aside(directory: str, name: str) -> str:
    """What could not be believed is kept, for people to look at."""
    kept = records.put_aside(path_of(directory, name))
    return f"the record that could not be read is kept as {kept}"


def highest_token(directory: str, name: str) -> int:
    tokens = [record.get("token") for record in journal.read(journal_of(directory, name)).records]
    return max((token for token in tokens if isinstance(token, int)), default=0)


def told(directory: str, name: str) -> list[Event]:
    """The journal, oldest first: lines of it are shown to people and nothing is decided by them."""
    lines: list[Any] = list(journal.read(journal_of(directory, name)).records)
    return lines


def save(directory: str, name: str, record: Record) -> None:
    files.write_json(path_of(directory, name), record, MODE)


def tell(directory: str, name: str, events: tuple[Event, ...]) -> str:
    """Append to the journal; why it could not be, or nothing. The record counts, so a full disk must not fail what is done."""
    try:
        for event in events:
            journal.append(journal_of(directory, name), event)
    except OSError as error:
        return f"the lock's journal could not be written: {error}"
    return ""
