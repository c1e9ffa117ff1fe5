# SPDX-License-Identifier: GPL-3.0-or-later
"""A journal: one JSON document per line, only ever appended to, bounded by rotation. A line that a crash cut off costs that line only.

``<path>`` is the newest file, ``<path>.1`` the one before it, and so on up to ``KEEP``.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from . import files

#: bytes after which a new file is begun; some thousand records
LIMIT = 1_000_000
#: older files kept
KEEP = 3
MODE = 0o600


class Journal(NamedTuple):
    """Records oldest first; ``damaged`` counts lines that are no record."""

    records: list[dict[str, Any]]
    damaged: int


def append(path: str, record: Mapping[str, Any], limit: int = LIMIT) -> None:
    """Append one record durably. The caller holds ``files.locked(path)``."""
    line = (json.dumps(record, sort_keys=True, separators=(",", ":")) + "\n").encode()
    if _size(path) and _size(path) + len(line) > limit:
        _rotate(path)
    _write(path, line)


def read(path: str) -> Journal:
    """Everything that is kept. Needs no lock: a record that is being written right now is the cut-off line of this moment."""
    records: list[dict[str, Any]] = []
    damaged = 0
    for name in _names(path):
        found = _read(name)
        records += found.records
        damaged += found.damaged
    return Journal(records, damaged)


def _write(path: str, line: bytes) -> None:
    is_new = not os.path.exists(path)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, MODE)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line  # what a crash cut off stays a line of its own
        _write_whole(descriptor, line, size)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        files.sync_directory(os.path.dirname(path))


def _write_whole(descriptor: int, line: bytes, size: int) -> None:
    """A full disk may take half a line: then take it back, so that the journal stays as it was."""
    try:
        written = os.write(descriptor, line)
        while written < len(line):
            written += os.write(descriptor, line[written:])
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _rotate(path: str) -> None:
    for number in range(KEEP, 1, -1):
        with contextlib.suppress(FileNotFoundError):
            os.rename(f"{path}.{number - 1}", f"{path}.{number}")
    os.rename(path, f"{path}.1")


def _names(path: str) -> list[str]:
    return [f"{path}.{number}" for number in range(KEEP, 0, -1)] + [path]


def _read(path: str) -> Journal:
    try:
        with open(path, "rb") as handle:
            lines = handle.read().splitlines()
    except FileNotFoundError:
        return Journal([], 0)
    parsed = [_parse(line) for line in lines if line.strip()]
    records = [record for record in parsed if record is not None]
    return Journal(records, len(parsed) - len(records))


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0
