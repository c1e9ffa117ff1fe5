# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a process is and what listens beside it, as the kernel tells on the host: nothing of it is asked inside the container."""

from __future__ import annotations

import re
import signal
import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .shapes import Process

#: of the kernel's table: a socket that listens
_LISTENS = "0A"
_LOOPBACK = re.compile(r"127\.|::1$|::ffff:127\.")


def listening(pid: int) -> list[tuple[str, int]]:
    """Address and port of every TCP socket that listens in the network of process ``pid``."""
    return sorted(found for table in ("tcp", "tcp6") for found in parsed(_read(f"/proc/{pid}/net/{table}")))


def parsed(table: str) -> list[tuple[str, int]]:
    """Pure: of a table as ``/proc/net/tcp`` has it."""
    rows = [line.split() for line in table.splitlines()[1:]]
    return [_place(row[1]) for row in rows if len(row) > 3 and row[3] == _LISTENS]


def is_lonely(listening: list[tuple[str, int]], port: int) -> bool:
    """Whether it listens at ``port`` for itself alone: nobody outside of its container reaches it. Pure."""
    addresses = [address for address, number in listening if number == port]
    return bool(addresses) and all(_LOOPBACK.match(address) for address in addresses)


def _place(word: str) -> tuple[str, int]:
    """The kernel writes addresses as words of the machine's own order."""
    address, _, port = word.partition(":")
    words = [int(address[start : start + 8], 16) for start in range(0, len(address), 8)]
    raw = b"".join(struct.pack("=I", one) for one in words)
    family = socket.AF_INET if len(raw) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, raw), int(port, 16)


def process(pid: int, ending: str) -> Process:
    """``ending``: name or number of the signal that is to end it."""
    fields = dict(line.partition(":")[::2] for line in _read(f"/proc/{pid}/status").splitlines())
    caught = int(fields.get("SigCgt", "0").strip() or "0", 16)
    return {
        "name": fields.get("Name", "").strip(),
        "uid": int((fields.get("Uid", "").split() or ["0"])[0]),
        "handles": bool(caught >> (number(ending) - 1) & 1),
    }


def number(ending: str) -> int:
    """Of a signal, as a Dockerfile may name it."""
    if ending.isdigit():
        return int(ending)
    name = ending if ending.startswith("SIG") else f"SIG{ending}"
    return int(getattr(signal, name, signal.SIGTERM))


def _read(path: str) -> str:
    """Empty where the process is gone."""
    try:
        with open(path, encoding="utf-8", errors="replace") as handle:
            return handle.read()
    except OSError:
        return ""
