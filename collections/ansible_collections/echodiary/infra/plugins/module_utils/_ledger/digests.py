# SPDX-License-Identifier: GPL-3.0-or-later
"""Digests of long files, which are read in pieces, and read again only when they may have changed.

That a file is the one that was read is told by its device, inode, size, and both times to the nanosecond. The time of an inode's last
change cannot be set by anybody, so the same numbers mean the same contents, but for a change within the clock's tick in which it was read:
a file whose last change is not older than ``SETTLED`` is not remembered. What is remembered is kept by runs that may change something; a
check only reads it.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any, NamedTuple

from . import files

PIECE = 1 << 20
#: many times the tick of the kernel's clock (s)
SETTLED = 0.1


class Seen(NamedTuple):
    """What the kernel said of a file when it was read, and what was in it."""

    identity: list[int]
    sha256: str


class Memory:
    """Path -> what was seen there. ``use`` says where it is kept; read when a long file is first asked for."""

    def __init__(self) -> None:
        self._place = ""
        self._seen: dict[str, Seen] | None = None
        self._news = False

    def use(self, state_dir: str) -> None:
        self._place = os.path.join(state_dir, "digests.json")
        self._seen, self._news = None, False

    def sha256(self, path: str) -> str:
        """Of the contents; OSError where they cannot be read."""
        seen = self._load()
        began = time.time()
        with open(path, "rb") as handle:
            before = _identity(handle.fileno())
            known = seen.get(path)
            if known and known.identity == before:
                return known.sha256
            digest = of(handle)
            settled = began - os.fstat(handle.fileno()).st_ctime > SETTLED
            if settled and _identity(handle.fileno()) == before:
                seen[path], self._news = Seen(before, digest), True
        return digest

    def save(self) -> None:
        """Nothing when there is nothing new: a run that changes nothing leaves no trace."""
        if self._news and self._seen is not None and self._place:
            kept = {path: seen for path, seen in self._seen.items() if os.path.lexists(path)}
            os.makedirs(os.path.dirname(self._place), mode=0o700, exist_ok=True)
            files.write_json(self._place, {"version": 1, "seen": kept}, 0o600)
            self._news = False

    def _load(self) -> dict[str, Seen]:
        if self._seen is None:
            self._seen = {path: Seen(*entry) for path, entry in _kept(self._place).items() if _is_whole(entry)}
        return self._seen


MEMORY = Memory()


def of(handle: Any) -> str:
    """sha256 of what is left in an open file."""
    import hashlib

    digest = hashlib.sha256()
    for piece in iter(lambda: handle.read(PIECE), b""):
        digest.update(piece)
    return digest.hexdigest()


def _identity(descriptor: int) -> list[int]:
    info = os.fstat(descriptor)
    return [info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns]


def _kept(place: str) -> dict[str, Any]:
    """What is damaged is only a memory: it is written anew with the next thing to remember."""
    try:
        with open(place, encoding="utf-8") as handle:
            seen = json.load(handle)["seen"]
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return seen if isinstance(seen, dict) else {}


def _is_whole(entry: Any) -> bool:
    """What cannot have been written by us is not believed; the file is read again then."""
    if not (isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], list) and isinstance(entry[1], str)):
        return False
    return len(entry[0]) == 5 and all(isinstance(number, int) for number in entry[0]) and len(entry[1]) == 64
