# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of packages that are not as their packages brought them: of what components declare, and of what lets people in.

To read all of them takes seconds. What was read is remembered by what the kernel says of it: the time of an inode's last change cannot be
set by anybody, so that only what may have changed is read again. Of what was never read a check reads a part, and says how much is left;
an apply reads all of it, and once a month all anew. Since when all has been read is told with every look.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .._host import dpkg, timestamps
from .._kinds import model
from . import memory
from .shapes import Finding, Known

NAME = "verified"
#: besides the packages that components declare
ALWAYS = (
    "apt", "bash", "coreutils", "dpkg", "libpam-modules", "libpam-runtime", "login", "openssh-server", "passwd", "sudo", "systemd",
    "util-linux",
)  # fmt: skip
#: what nobody runs
SKIPPED = ("/usr/share/", "/usr/lib/modules/")
#: read in a check (bytes), and in an apply
CHECK, APPLY = 4 << 20, 1 << 30
#: an apply reads all anew when it was read longer ago (s)
OLDEST = 30 * 86400.0


class Brought(NamedTuple):
    """A file as its package brought it."""

    path: str
    package: str
    md5: str


class Seen(NamedTuple):
    """``noted``: of files that are as they were brought, read since ``read`` (s, epoch). ``left``: how many were never read."""

    altered: tuple[Brought, ...] = ()
    missing: tuple[Brought, ...] = ()
    noted: Mapping[str, memory.Note] = {}
    left: int = 0
    read: float = 0.0

    @property
    def whole(self) -> bool:
        return not (self.altered or self.missing or self.left)


def observe(known: Known) -> Seen:
    noted, since = _remembered(known)
    if noted and known.memory.whole and all(_note(path) == note for path, note in noted.items()):
        return Seen(noted=noted, read=since)
    brought = list(_brought(known))
    there = {one.path: now for one in brought if (now := _note(one.path))}
    unread = [one for one in brought if one.path in there and noted.get(one.path) != there[one.path]]
    # what is not as it was when it was read is read at once
    unread.sort(key=lambda one: one.path not in noted)
    reading = list(_affordable(unread, noted, CHECK if known.check else APPLY))
    altered = tuple(one for one in reading if dpkg.md5(one.path) != one.md5)
    passed = {one.path for one in unread} - ({one.path for one in reading} - {one.path for one in altered})
    missing = tuple(one for one in brought if one.path not in there)
    return Seen(altered, missing, {path: now for path, now in there.items() if path not in passed}, len(unread) - len(reading), since)


def _remembered(known: Known) -> tuple[Mapping[str, memory.Note], float]:
    """Notes, and since when what they are of has been read; a check does with old ones."""
    now = time.time()
    old = not known.check and now - known.memory.read > OLDEST
    return ({}, now) if old or not known.memory.verified else (known.memory.verified, known.memory.read)


def _brought(known: Known) -> Iterator[Brought]:
    for package in sorted({*ALWAYS, *(name.partition(":")[0].partition("=")[0] for name in known.packages)}):
        for path, md5 in dpkg.md5sums(package).items():
            if not path.startswith(SKIPPED):
                yield Brought(path, package, md5)


def _affordable(unread: list[Brought], noted: Mapping[str, memory.Note], budget: int) -> Iterator[Brought]:
    for one in unread:
        budget -= 0 if one.path in noted else _size(one.path)
        if budget >= 0 or one.path in noted:
            yield one


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _note(path: str) -> memory.Note | None:
    try:
        return memory.note(os.stat(path))
    except OSError:
        return None


def plan(seen: Seen, known: Known) -> Iterator[Finding]:
    for one in seen.altered:
        fields: model.Fields = {"content": ["changed", "as brought"]}
        yield Finding(model.Resource("package_file", one.path), f"not as package {one.package} brought it", fields, step=_again(one))
    for one in seen.missing:
        yield Finding(model.Resource("package_file", one.path), f"package {one.package} brought it, and it is gone", step=_again(one))


def _again(one: Brought) -> str:
    return f"apt-get install --reinstall -y {one.package}"


def told(seen: Seen) -> Iterator[str]:
    since = timestamps.to_text(seen.read) if seen.read else "before anybody kept the time"
    yield f"{len(seen.noted)} files of packages are as they were brought: read since {since}, and again where something changed"
    if seen.left:
        yield f"{seen.left} files of packages were not compared with them yet: the next apply does"
