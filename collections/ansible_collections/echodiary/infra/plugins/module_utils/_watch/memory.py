# SPDX-License-Identifier: GPL-3.0-or-later
"""What files were found to be when the host was last converged, so that a check only looks at what changed since.

Nobody can set the time of an inode's last change, so the same inode with the same time is the same file, in contents, owner and mode. What
was found of ``files`` holds for what was declared, and for the packages that were there, at that time: with any other ``basis`` all of
that is looked at anew.
Kept by runs that may change something; a check only reads it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .._ledger import files, sha

#: what a path was found to be: nobody's business, the system's own, a stranger, or not there though it should be
FINE, LIVING, STRANGER, GONE = "", "l", "s", "g"


class Note(NamedTuple):
    """``changed``: when the inode was last changed (ns). Of a directory only ``found`` counts."""

    inode: int
    changed: int
    found: str = FINE


class Memory(NamedTuple):
    """``files``: of what has power over the host; ``verified``: of packages, ``whole`` where all were as brought.

    ``read``: since when those have been read (s, epoch), 0 where nobody knows.
    """

    files: Mapping[str, Note] = {}
    verified: Mapping[str, Note] = {}
    whole: bool = False
    read: float = 0.0


def note(info: os.stat_result, found: str = FINE) -> Note:
    return Note(info.st_ino, info.st_ctime_ns, found)


def basis(*parts: Iterable[str]) -> str:
    return sha.sha256("\0".join(one for part in parts for one in [*sorted(part), ""]).encode(errors="surrogateescape"))[:24]


def load(state_dir: str, wanted: str) -> Memory:
    """Nothing of ``files`` where it was kept for another basis; ``verified`` holds: a package that is replaced brings other inodes.

    What is damaged is only a memory.
    """
    try:
        with open(_place(state_dir), encoding="utf-8") as handle:
            kept = json.load(handle)
        noted = {name: dict(zip(kept[name], map(Note._make, kept[name].values()))) for name in ("files", "verified")}
        same = kept["basis"] == wanted
        read = float(kept.get("read", 0))
        return Memory(noted["files"] if same else {}, noted["verified"], same and bool(kept["whole"]), read)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return Memory()


def save(state_dir: str, wanted: str, memory: Memory, known: Memory) -> None:
    """Written only when it says something new (``known`` was loaded): a run that changes nothing leaves no trace."""
    if known != memory:
        files.make_directories(state_dir, 0o700)
        # thousands of entries that nobody reads: every check parses them
        text = json.dumps({"version": 1, "basis": wanted, **memory._asdict()}, separators=(",", ":"))
        files.write_bytes(_place(state_dir), text.encode(), 0o600)


def _place(state_dir: str) -> str:
    return os.path.join(state_dir, "watched.json")
