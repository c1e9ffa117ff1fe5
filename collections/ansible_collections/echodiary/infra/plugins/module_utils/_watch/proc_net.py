# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel's own list of what listens in the host's network; containers have networks of their own (proc_net(5))."""

from __future__ import annotations

# all of socket takes a host longer than the rest of this
import _socket
import sys
from collections.abc import Iterator
from typing import NamedTuple

from . import diag, reading

_LISTENS, _UNCONNECTED = "0A", "07"
_WIDTH = {"tcp": 4, "udp": 4, "tcp6": 6, "udp6": 6}


class Socket(NamedTuple):
    protocol: str
    address: str
    port: int
    inode: int

    @property
    def name(self) -> str:
        return f"{self.protocol}/{shown(self.address)}:{self.port}"


def shown(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def listening() -> Iterator[Socket]:
    known = told()
    yield from known or ()
    for table in _WIDTH if known is None else ("udp", "udp6"):
        yield from parse(table, reading.text(f"/proc/net/{table}"))


def told() -> list[Socket] | None:
    """Those of TCP, where the kernel says which without a walk through all that is connected."""
    try:
        return [Socket("tcp", _shown(one.packed), one.port, one.inode) for one in diag.tcp()] if diag.is_there() else None
    except (OSError, diag.DiagError):
        return None


def parse(table: str, text: str) -> Iterator[Socket]:
    """``table``: tcp, tcp6, udp, udp6. Of UDP what asks nobody in particular. Pure."""
    wanted = _LISTENS if table.startswith("tcp") else _UNCONNECTED
    for line in text.splitlines()[1:]:
        words = line.split(None, 10)
        if len(words) > 9 and words[3] == wanted and words[2].endswith(":0000"):
            address, _, port = words[1].partition(":")
            yield Socket(table[:3], _address(address), int(port, 16), int(words[9]))


def _address(digits: str) -> str:
    """In words of 32 bits, each as this processor keeps it."""
    words = [bytes.fromhex(digits[at : at + 8]) for at in range(0, len(digits), 8)]
    packed = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    return _shown(packed)


def _shown(packed: bytes) -> str:
    return _socket.inet_ntop(_socket.AF_INET if len(packed) == 4 else _socket.AF_INET6, packed)


def ephemeral() -> tuple[int, int]:
    """First and last of the ports that a client gets."""
    words = reading.text("/proc/sys/net/ipv4/ip_local_port_range").split()
    return (int(words[0]), int(words[1])) if len(words) == 2 else (32768, 60999)
