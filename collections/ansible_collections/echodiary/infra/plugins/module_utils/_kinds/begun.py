# SPDX-License-Identifier: GPL-3.0-or-later
"""How a process was begun, in one word: the words of its command and the names in its environment.

A unit that is defined as it was begins its process as it did. Where it did not, somebody had defined it otherwise in between.
"""

from __future__ import annotations

from .._ledger import sha

#: what a master of HAProxy adds when it reads its file anew: processes that end, and a socket to them
_REREAD = ("-sf", "-st", "-x")
#: what systemd says to every process in words of its version, or of the machine (systemd.exec(5))
_SYSTEMD = ("SYSTEMD_", "LISTEN_", "MEMORY_PRESSURE_", "MANAGER", "INVOCATION_ID", "JOURNAL_STREAM", "NOTIFY_", "WATCHDOG_", "CREDENTIALS_")
_MACHINE = ("FDSTORE", "LANG", "LC_", "TZ")


def word(pid: int, identity: str, root: str = "/proc") -> str:
    """Empty where there is no such process. ``identity``: the start of its unit, by which its environment is known to be its first."""
    try:
        command, environment = (_read(f"{root}/{pid}/{name}") for name in ("cmdline", "environ"))
    except OSError:
        return ""
    return sha.sha256(repr((_words(command), _names(command, environment, identity))).encode())[:24] if command else ""


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as handle:
        return handle.read()


def _words(command: str) -> list[str]:
    """Without numbers: some programs say there how they are, and what is a process today is none tomorrow."""
    words = command.replace("\0", " ").split()
    return [one for one in words if not (one.isdigit() or one in _REREAD or one.startswith("sockpair@"))]


def _names(command: str, environment: str, identity: str) -> list[str]:
    """None of what a program tells itself under its own name, and none at all where it wrote something else over its environment."""
    if f"INVOCATION_ID={identity}" not in environment.split("\0"):
        return []
    own = command.split("\0", 1)[0].rpartition("/")[2].upper().replace("-", "_") + "_"
    names = {entry.partition("=")[0] for entry in environment.split("\0") if "=" in entry}
    return sorted(name for name in names if not name.startswith((*_SYSTEMD, *_MACHINE, own)))
