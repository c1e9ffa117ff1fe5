# SPDX-License-Identifier: GPL-3.0-or-later
"""What is mounted where it would hide or replace what the host is made of, and swap that nobody's fstab has."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from .._kinds import model
from . import reading
from .shapes import Finding, Known

NAME = "mounts"
MOUNTINFO, SWAPS, FSTAB = "/proc/1/mountinfo", "/proc/swaps", "/etc/fstab"
#: below these nothing is mounted over anything on a host that is as it was installed
POWER = (
    "/etc",
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/opt",
    "/root",
    "/home",
    "/boot",
    "/var/lib/echodiary",
    "/var/lib/haproxy",
    "/var/lib/dpkg",
)


class Mount(NamedTuple):
    """As in proc(5): ``root`` is what of its file system is seen there, ``options`` those of this mount."""

    point: str
    root: str
    kind: str
    source: str
    options: tuple[str, ...]


class Seen(NamedTuple):
    mounts: tuple[Mount, ...] = ()
    swaps: tuple[str, ...] = ()
    #: mount points, and swap, that fstab has
    expected: frozenset[str] = frozenset()


def observe(known: Known) -> Seen:
    return Seen(tuple(_mounts()), tuple(line.split()[0] for line in reading.text(SWAPS).splitlines()[1:]), frozenset(_expected()))


@functools.cache
def points() -> frozenset[str]:
    return frozenset(mount.point for mount in _mounts())


def _mounts() -> Iterator[Mount]:
    for line in reading.text(MOUNTINFO).splitlines():
        fields, _, rest = line.partition(" - ")
        _, _, _, root, point, options, *_ = fields.split(" ")
        kind, source, *_ = rest.split(" ")
        yield Mount(unescaped(point), unescaped(root), kind, unescaped(source), tuple(options.split(",")))


def unescaped(text: str) -> str:
    """The kernel writes blanks and their like as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def _expected() -> Iterator[str]:
    for line in reading.text(FSTAB).splitlines():
        fields = line.split()
        if len(fields) > 2 and not line.startswith("#"):
            yield unescaped(fields[0] if fields[2] == "swap" else fields[1])


def plan(seen: Seen, known: Known) -> Iterator[Finding]:
    for mount in seen.mounts:
        if mount.point.startswith(tuple(f"{one}/" for one in POWER)) and mount.point not in seen.expected | known.mounts:
            why = f"{mount.kind} {mount.root if mount.root != '/' else mount.source} lies over what is there, until the next boot"
            yield Finding(model.Resource("mount", mount.point), why, heal=("umount", mount.point))
    for swap in seen.swaps:
        if swap not in seen.expected and not swap.startswith("/dev/zram"):
            yield Finding(model.Resource("swap", swap), "on, and not in /etc/fstab", heal=("swapoff", swap))
