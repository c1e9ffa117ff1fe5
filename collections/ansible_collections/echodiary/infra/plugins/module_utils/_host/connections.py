# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections to sockets and ports, by what ``socket`` stands on itself: to load all of that takes a host longer than most questions."""

from __future__ import annotations

# as _sha2: there wherever socket is
import _socket


def to_file(path: str, timeout: float) -> _socket.socket:
    """OSError where nobody listens."""
    return _connected(_socket.AF_UNIX, path, timeout)


def to_port(host: str, port: int, timeout: float) -> _socket.socket:
    """At the first of the host's addresses that answers; OSError where none does."""
    # a text would be taken for a name in any language, and be translated
    found = _socket.getaddrinfo(host.encode("ascii"), port, 0, _socket.SOCK_STREAM)
    for family, _, _, _, address in found[:-1]:
        try:
            return _connected(family, address, timeout)
        except OSError:
            continue
    return _connected(found[-1][0], found[-1][4], timeout)


def _connected(family: int, address: str | tuple[object, ...], timeout: float) -> _socket.socket:
    connection = _socket.socket(family, _socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout)
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection
