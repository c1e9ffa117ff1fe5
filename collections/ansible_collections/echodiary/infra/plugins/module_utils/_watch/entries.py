# SPDX-License-Identifier: GPL-3.0-or-later
"""One path as it is found, with its contents where somebody may ask for them."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from . import packaged, reading

#: of a longer one no copy is kept (bytes)
LONGEST_KEPT = 16384


class Entry(NamedTuple):
    """One path: ``kind`` is file, link, directory or special; ``digest`` of a living file, or where a link leads."""

    path: str
    kind: str
    mode: int = 0
    uid: int = 0
    gid: int = 0
    changed: float = 0.0
    digest: str = ""
    text: str | None = None


def entry_of(entry: os.DirEntry[str], kind: str = "") -> Entry:
    info = entry.stat(follow_symlinks=False)
    what = "link" if stat.S_ISLNK(info.st_mode) else "file" if stat.S_ISREG(info.st_mode) else "special"
    return Entry(entry.path, kind or what, stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid, info.st_ctime)


def with_content(entry: Entry) -> Entry:
    """Of a link where it leads; the text of what is short and no secret, so that people see what became of it, and can have it back."""
    if entry.kind != "file":
        return entry._replace(digest=os.readlink(entry.path) if entry.kind == "link" else "")
    content = reading.content(entry.path)
    secret = entry.mode & 0o004 == 0
    return entry._replace(digest=packaged.md5(content), text=None if secret or len(content) > LONGEST_KEPT else _text(content))


def _text(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None
