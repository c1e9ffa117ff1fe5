# SPDX-License-Identifier: GPL-3.0-or-later
"""What listens on TCP, asked of the kernel as ``ss`` asks (sock_diag(7)).

For its own files it walks through every connection that there could be, which takes a host with much memory longer than all of a check.
"""

from __future__ import annotations

# as in proc_net
import _socket
import contextlib
import os
import sys
from collections.abc import Iterator
from typing import NamedTuple

#: what answers; Linux loads it as a module for whoever asks first
MODULE = "tcp_diag"
_SOCK_DIAG, _BY_FAMILY, _DONE, _LISTEN = 4, 20, 3, 1 << 10
_REQUEST_DUMP, _INTERRUPTED = 0x301, 0x10
#: bytes of a message's head, of a question, and of what is told of a socket
_HEAD, _QUESTION, _TOLD = 16, 56, 72


class DiagError(Exception):
    """The kernel does not answer that."""


class Listening(NamedTuple):
    packed: bytes
    port: int
    inode: int


def is_there(root: str = "/") -> bool:
    """Without anything being loaded for it: as a module that is, or as a part of a kernel that has no such module."""
    folder = os.path.join(root, "lib/modules", os.uname().release)
    return os.path.exists(os.path.join(root, "sys/module", MODULE)) or not os.path.isdir(folder)


def tcp() -> list[Listening]:
    """OSError, DiagError where it has to be read elsewhere."""
    return [one for family in (_socket.AF_INET, _socket.AF_INET6) for one in _asked(family)]


def _asked(family: int) -> Iterator[Listening]:
    words = bytes([family, _socket.IPPROTO_TCP, 0, 0]) + _number(_LISTEN, 4)
    head = [_number(_HEAD + _QUESTION, 4), _number(_BY_FAMILY, 2), _number(_REQUEST_DUMP, 2), bytes(8)]
    with contextlib.closing(_socket.socket(_socket.AF_NETLINK, _socket.SOCK_RAW, _SOCK_DIAG)) as kernel:
        kernel.settimeout(2)
        kernel.send(b"".join([*head, words.ljust(_QUESTION, b"\0")]))
        while True:
            for kind, told in messages(kernel.recv(1 << 17)):
                if kind == _DONE:
                    return
                yield parse(family, kind, told)


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and content of each; those of a list that changed while it was made are none. Pure."""
    while data:
        length, kind, flags = _value(data[:4]), _value(data[4:6]), _value(data[6:8])
        if length < _HEAD or flags & _INTERRUPTED:
            raise DiagError("what listens changes while it is listed")
        yield kind, data[_HEAD:length]
        data = data[(length + 3) & ~3 :]


def parse(family: int, kind: int, told: bytes) -> Listening:
    """As in linux/inet_diag.h. Pure."""
    if kind != _BY_FAMILY or len(told) < _TOLD:
        raise DiagError("the kernel does not say what listens")
    size = 4 if family == _socket.AF_INET else 16
    return Listening(told[8 : 8 + size], int.from_bytes(told[4:6], "big"), _value(told[68:72]))


def _number(value: int, size: int) -> bytes:
    return value.to_bytes(size, sys.byteorder)


def _value(packed: bytes) -> int:
    return int.from_bytes(packed, sys.byteorder)
