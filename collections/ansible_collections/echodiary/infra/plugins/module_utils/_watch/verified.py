# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of packages that are not as their packages brought them: of what components declare, and of what lets people in.

To read all of them takes seconds. What was read is remembered by what the kernel says of it: the time of an inode's last change cannot be
set by anybody, so that only what may have changed is read again. Of what was never read a check reads a part, and says how much is left;
an apply reads all of it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .._host import dpkg
from .._kinds import model
from .._ledger import files
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


#: path -> inode, size, and when the inode was last changed (ns)
Identities = Mapping[str, list[int]]


class Brought(NamedTuple):
    """A file as its package brought it."""

    path: str
    package: str
    md5: str


class Seen(NamedTuple):
    """``memory``: path -> what the kernel said of it when it was as brought. ``left``: how many were never read."""

    altered: tuple[Brought, ...] = ()
    missing: tuple[Brought, ...] = ()
    memory: Mapping[str, list[int]] = {}
    left: int = 0


def observe(known: Known) -> Seen:
    brought = list(_brought(known))
    remembered = _remembered(known.state_dir)
    there = {one.path: now for one in brought if (now := _identity(one.path))}
    unread = [one for one in brought if one.path in there and remembered.get(one.path) != there[one.path]]
    # what is not as it was when it was read is read at once
    unread.sort(key=lambda one: one.path not in remembered)
    reading = list(_affordable(unread, there, remembered, CHECK if known.check else APPLY))
    altered = tuple(one for one in reading if dpkg.md5(one.path) != one.md5)
    passed = {one.path for one in unread} - ({one.path for one in reading} - {one.path for one in altered})
    memory = {path: now for path, now in there.items() if path not in passed}
    missing = tuple(one for one in brought if one.path not in there)
    return Seen(altered, missing, memory, len(unread) - len(reading))


def _brought(known: Known) -> Iterator[Brought]:
    for package in sorted({*ALWAYS, *(name.partition(":")[0].partition("=")[0] for name in known.packages)}):
        for path, md5 in dpkg.md5sums(package).items():
            if not path.startswith(SKIPPED):
                yield Brought(path, package, md5)


def _affordable(
    unread: list[Brought], there: Mapping[str, list[int]], remembered: Mapping[str, list[int]], budget: int
) -> Iterator[Brought]:
    for one in unread:
        budget -= 0 if one.path in remembered else there[one.path][1]
        if budget >= 0 or one.path in remembered:
            yield one


def _identity(path: str) -> list[int] | None:
    try:
        info = os.stat(path)
    except OSError:
        return None
    return [info.st_ino, info.st_size, info.st_ctime_ns]


def _place(state_dir: str) -> str:
    return os.path.join(state_dir, "verified.json")


def _remembered(state_dir: str) -> dict[str, list[int]]:
    """What is damaged is only a memory."""
    try:
        with open(_place(state_dir), encoding="utf-8") as handle:
            found = json.load(handle)["files"]
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def remember(seen: Seen, state_dir: str) -> None:
    """Written only when it says something new: a run that changes nothing leaves no trace."""
    if dict(seen.memory) != _remembered(state_dir):
        os.makedirs(state_dir, mode=0o700, exist_ok=True)
        files.write_json(_place(state_dir), {"version": 1, "files": dict(seen.memory)}, 0o600)


def plan(seen: Seen, known: Known) -> Iterator[Finding]:
    for one in seen.altered:
        fields: model.Fields = {"content": ["changed", "as brought"]}
        yield Finding(model.Resource("package_file", one.path), f"not as package {one.package} brought it", fields, step=_again(one))
    for one in seen.missing:
        yield Finding(model.Resource("package_file", one.path), f"package {one.package} brought it, and it is gone", step=_again(one))


def _again(one: Brought) -> str:
    return f"apt-get install --reinstall -y {one.package}"


def note(seen: Seen) -> str:
    return f"{seen.left} files of packages were not compared with them yet: the next apply does" if seen.left else ""
