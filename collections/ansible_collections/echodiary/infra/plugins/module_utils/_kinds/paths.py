# SPDX-License-Identifier: GPL-3.0-or-later
"""Files, directories and links: what is there, what should be, and the difference. Nothing here writes.

A value is what the state file keeps of a path:
``{"kind": "file", "content": <sha256 or keyed fingerprint>, "mode": "0640", "uid": 0, "gid": 0}``,
``{"kind": "directory", "mode", "uid", "gid"}`` or ``{"kind": "link", "target"}``.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import ItemsView
from typing import TYPE_CHECKING, NamedTuple, cast

from .._host import differences, fingerprints
from .._ledger import digests, sha
from . import model

if TYPE_CHECKING:
    from . import remembered

#: a longer file is compared by content but not shown
LONGEST_SHOWN = 200_000
#: also behind a link that leads nowhere, or to itself
NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


class Live(NamedTuple):
    """A path as found; ``value`` is None when nothing is there."""

    value: remembered.PathValue | None
    mtime: float = 0.0
    #: empty where it is longer than what is shown
    content: bytes = b""
    size: int = 0
    #: when anything of it was changed last (s), which nobody can set
    changed: float = 0.0


def observe(path: str, key: bytes | None = None) -> Live:
    """Read one path without following a final symlink; with ``key`` the content is fingerprinted (sensitive files)."""
    try:
        info = os.lstat(path)
    except OSError as error:
        if error.errno in NOTHING_THERE:
            return Live(None)
        raise
    if stat.S_ISLNK(info.st_mode):
        return Live({"kind": "link", "target": os.readlink(path)}, info.st_mtime)
    owner: remembered.PathValue = {"mode": f"{stat.S_IMODE(info.st_mode):04o}", "uid": info.st_uid, "gid": info.st_gid}
    if stat.S_ISDIR(info.st_mode):
        return Live({"kind": "directory", **owner}, info.st_mtime)
    if not stat.S_ISREG(info.st_mode):
        return Live({"kind": "special", **owner}, info.st_mtime)
    try:
        if info.st_size > LONGEST_SHOWN and not key:
            content_of = digests.MEMORY.sha256(path)
            return Live({"kind": "file", "content": content_of, **owner}, info.st_mtime, b"", info.st_size, info.st_ctime)
        with open(path, "rb") as handle:
            content = handle.read()
    except FileNotFoundError:
        return Live(None)
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error
    return Live({"kind": "file", "content": digest(content, key), **owner}, info.st_mtime, content, len(content), info.st_ctime)


def holds_something(path: str) -> bool:
    """Is it a directory, or a link to one, with something in it?"""
    try:
        with os.scandir(path) as entries:
            return next(entries, None) is not None
    except OSError as error:
        # what cannot be looked at may be full of data
        return error.errno not in NOTHING_THERE


def digest(content: bytes, key: bytes | None) -> str:
    return fingerprints.fingerprint(key, content) if key else sha.sha256(content)


def plan_path(
    path: str, desired: remembered.PathValue, live: Live, last: remembered.PathValue | None, texts: tuple[str, str] | None
) -> model.Change | None:
    """The change that makes ``path`` what it should be; ``texts`` (before, after) are shown as a diff when given."""
    if live.value == desired:
        return None
    fields = _fields(desired, live.value)
    return model.Change(
        model.Resource(desired["kind"], path),
        "create" if live.value is None else "update",
        model.origin(desired, last, live.value),
        fields,
        differences.unified(path, *texts) if texts and "content" in fields else "",
        "" if live.value is None or live.value["kind"] == desired["kind"] else f"a {live.value['kind']} stands in its place",
    )


def _fields(desired: remembered.PathValue, live: remembered.PathValue | None) -> model.Fields:
    before = dict(_items(live or {}))
    return {name: [before.get(name), wanted] for name, wanted in _items(desired) if before.get(name) != wanted}


def _items(value: remembered.PathValue) -> ItemsView[str, str | int]:
    return cast("dict[str, str | int]", value).items()


def plan_removal(path: str, live: Live, last: remembered.PathValue) -> model.Change | None:
    """A path that we once applied and that is declared no longer."""
    if live.value is None or live.value["kind"] == "directory":
        return None
    origin = model.PENDING if live.value == last else model.CONFLICT
    return model.Change(model.Resource(live.value["kind"], path), "remove", origin, why="no longer declared")


def as_text(content: bytes, size: int = 0) -> str:
    """``size`` counts where the content is too long to be held."""
    size = max(size, len(content))
    if size > LONGEST_SHOWN:
        return f"({size} bytes)\n"
    try:
        return content.decode()
    except UnicodeDecodeError:
        return f"(binary, {len(content)} bytes)\n"
