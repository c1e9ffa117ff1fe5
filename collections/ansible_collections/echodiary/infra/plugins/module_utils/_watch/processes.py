# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a socket is: found by looking into all processes, so only where there is something to say."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from . import account_files, reading

#: of a command line (characters)
LONGEST = 120
_SECRET = re.compile(r"(?i)((?:pass|secret|token|key|auth)[\w-]*[= ]\s*|://[^:/\s]*:)[^\s@]+")


class Process(NamedTuple):
    """``name``: as the kernel knows it (15 characters); ``unit``: of systemd, empty where it belongs to none."""

    pid: int
    name: str
    command: str
    user: str
    unit: str


def owners(inodes: frozenset[int]) -> dict[int, Process]:
    """Stops as soon as all are found. Of several that share one the first: it is the one that opened it."""
    left = {f"socket:[{inode}]": inode for inode in inodes if inode}
    found: dict[int, int] = {}
    for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
        for inode in _held(pid, left):
            found[inode] = pid
            del left[f"socket:[{inode}]"]
        if not left:
            break
    names = {account.uid: account.name for account in account_files.accounts()} if found else {}
    seen = {pid: _process(pid, names) for pid in set(found.values())}
    return {inode: seen[pid] for inode, pid in found.items()}


def _held(pid: int, left: dict[str, int]) -> set[int]:
    """A process may end meanwhile."""
    held = set()
    try:
        for entry in os.scandir(f"/proc/{pid}/fd"):
            target = os.readlink(entry.path)
            if target in left:
                held.add(left[target])
    except OSError:
        pass
    return held


def _process(pid: int, names: dict[int, str]) -> Process:
    status = reading.text(f"/proc/{pid}/status")
    uid = re.search(r"(?m)^Uid:\s*(\d+)", status)
    command = shown(reading.text(f"/proc/{pid}/cmdline"))
    name = reading.text(f"/proc/{pid}/comm").strip()
    user = names.get(int(uid[1]), uid[1]) if uid else "?"
    return Process(pid, name, command or name, user, unit(reading.text(f"/proc/{pid}/cgroup")))


def shown(command: str) -> str:
    """What looks like a secret is nobody's business. Pure."""
    plain = _SECRET.sub(r"\1***", " ".join(command.replace("\0", " ").split()))
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"


def unit(cgroup: str) -> str:
    """The innermost unit, by either version of cgroups. Pure."""
    paths = [
        line.split(":", 2)[2] for line in cgroup.splitlines() if line.startswith(("0::", "1:name=systemd:")) or ":name=systemd:" in line
    ]
    named = [part for path in paths for part in path.split("/") if part.endswith((".service", ".scope"))]
    return named[-1] if named else ""
