# SPDX-License-Identifier: GPL-3.0-or-later
"""What dpkg is in the middle of: nobody's hand, and looked at once it is done.

From a package's first script to its last its files, its units and what dpkg says of it do not fit together. apt and whoever calls it hold
their locks all that time. What was begun or ended while this run looked counts as well: a package's list is written in between.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
import time
from collections.abc import Iterable

from .._host import dpkg
from .._kinds import model
from . import generated

#: held by dpkg, and by apt from before its first dpkg until after its last
LOCKS = ("lock", "lock-frontend")
#: struct flock of 64-bit Linux (fcntl(2)): type, whence, start, length, process
FLOCK = "hhqqi"
#: what dpkg calls a package that it is through with
SETTLED = ("installed", "config-files", "not-installed")
#: what dpkg calls a file that it puts there, and the one that it takes away, for as long as either may be needed
_ASIDE = re.compile(r"\.dpkg-(?:new|tmp)$")
#: the clock of files ticks more slowly than the other (s)
TICK = 0.1
#: of what is no file and no unit: whose it is
OF_KIND = {"sshd": "openssh-server", "haproxy": "haproxy", "apt": "apt"}


class Upgrading:
    """``packages``: those that were met half done; ``notes``: where that is told. Made before anything is looked at."""

    def __init__(self, notes: list[str], root: str = dpkg.ROOT) -> None:
        self._notes, self._root, self._since = notes, root, time.time() - TICK
        self.packages = in_transit(root)

    def concerned(self, resources: Iterable[model.Resource]) -> frozenset[model.Resource]:
        """Those of which nothing can be said now. Asked after they were looked at."""
        asked = list(resources)
        if asked:
            self.packages |= in_transit(self._root) | _written(self._root, self._since)
        if not asked or not self.packages:
            return frozenset()
        dpkg.forget()
        arriving = _arriving(self._root)
        found = frozenset(one for one in asked if self._is_of(one, arriving))
        if found:
            self._notes.append(f"dpkg is at work on {', '.join(sorted(self.packages))}: looked at when it is through")
        return found

    def _is_of(self, resource: model.Resource, arriving: frozenset[str]) -> bool:
        kind, name = resource
        if kind == "package" or kind in OF_KIND:
            return OF_KIND.get(kind, name) in self.packages
        if kind in ("unit", "process"):
            return self._has(f"/usr/lib/systemd/system/{re.sub('@[^.]*', '@', name)}")
        path = _ASIDE.sub("", name)
        return name.startswith("/") and (path in arriving or generated.IS_SCRIPTED.match(path) or self._has(path))

    def _has(self, path: str) -> bool:
        return dpkg.owner(path, self._root) in self.packages


def in_transit(root: str = dpkg.ROOT) -> frozenset[str]:
    """What is half done where nobody works on it was left behind: that is a difference."""
    if not any(_is_held(os.path.join(root, name)) for name in LOCKS):
        return frozenset()
    states: dict[str, str] = dict(re.findall(r"(?m)^Package: (.*)\nStatus: \S+ \S+ (\S+)$", dpkg.status(root)))
    return frozenset(name for name, state in states.items() if state not in SETTLED)


def _is_held(file: str) -> bool:
    """By another process. Only asked: to take it for a moment would make somebody's apt fail."""
    try:
        with open(file, "rb") as lock:
            found = fcntl.fcntl(lock, fcntl.F_GETLK, struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
    except OSError:
        return False
    return bool(struct.unpack(FLOCK, found)[0] != fcntl.F_UNLCK)


def _written(root: str, since: float) -> frozenset[str]:
    """Packages whose lists are newer than that."""
    try:
        lists = [one for one in os.scandir(os.path.join(root, "info")) if one.name.endswith(".list")]
        return frozenset(one.name[:-5].partition(":")[0] for one in lists if one.stat().st_mtime >= since)
    except OSError:
        return frozenset()


def _arriving(root: str) -> frozenset[str]:
    """Paths of the package whose files are put there while its list is not: by what it brought along for dpkg."""
    sums, conffiles = (dpkg.text(os.path.join(root, "tmp.ci", name)).splitlines() for name in ("md5sums", "conffiles"))
    return frozenset([*(dpkg.spelled(f"/{line.partition('  ')[2]}") for line in sums), *conffiles])
