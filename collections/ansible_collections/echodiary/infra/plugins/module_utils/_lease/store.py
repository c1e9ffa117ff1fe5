# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a lock is kept: ``<directory>/<name>.json`` replaced as a whole, its journal beside it."""

from __future__ import annotations

import os
from typing import Any

from .._ledger import files, journal
from . import planning

#: admins may look at it without root; it holds no secret
MODE = 0o644
_FIELDS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("version", (int,)),
    ("token", (int,)),
    ("lease", (dict, type(None))),
    ("freeze", (dict, type(None))),
)


def path_of(directory: str, name: str) -> str:
    return os.path.join(directory, name + ".json")


def journal_of(directory: str, name: str) -> str:
    return os.path.join(directory, name + ".journal.jsonl")


def load(directory: str, name: str) -> planning.Record:
    """What is recorded; nothing yet is an unlocked lock. Raises LedgerError for what cannot be trusted: unreadable is not unlocked."""
    path = path_of(directory, name)
    found = files.read_json(path)
    if found is None:
        return planning.empty(highest_token(directory, name))
    if not isinstance(found, dict) or any(not isinstance(found.get(key), kinds) for key, kinds in _FIELDS):
        raise files.LedgerError(f"{path} is not a lock's record")
    return found


def recovered(directory: str, name: str) -> planning.Record:
    """In place of a record that cannot be read: unlocked, and no fencing token is ever given out twice."""
    return planning.empty(highest_token(directory, name))


def highest_token(directory: str, name: str) -> int:
    tokens = [record.get("token") for record in journal.read(journal_of(directory, name)).records]
    return max((token for token in tokens if isinstance(token, int)), default=0)


def save(directory: str, name: str, record: planning.Record) -> None:
    files.write_json(path_of(directory, name), record, MODE)


def tell(directory: str, name: str, events: tuple[dict[str, Any], ...]) -> str:
    """Append to the journal; why it could not be, or nothing. The record counts, so a full disk must not fail what is done."""
    try:
        for event in events:
            journal.append(journal_of(directory, name), event)
    except OSError as error:
        return f"the lock's journal could not be written: {error}"
    return ""
