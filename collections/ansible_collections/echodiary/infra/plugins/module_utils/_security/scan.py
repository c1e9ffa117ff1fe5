# SPDX-License-Identifier: GPL-3.0-or-later
"""Which TCP ports answer at an address: by connecting, as whoever is there. Nothing is said to what answers.

A host with rules of its own remembers each connection that it tries, and drops what others send when that memory is full. So no more of
them are under way, or lately were, than a part of it.
"""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import struct
import time
from collections import deque
from collections.abc import Iterable, Iterator

from .shapes import Scanned

#: s: a first packet that is lost is sent again after one
PATIENCE = 1.5
#: at a time
WIDTH = 2000
#: s that a connection is remembered which was refused, or to which nobody said anything
REFUSED, SILENT = 10.0, 120.0
MEMORY = "/proc/sys/net/netfilter/nf_conntrack_max"
#: of it
PART = 4
#: closed at once, and nothing of it remains
_LINGER = struct.pack("ii", 1, 0)
#: not now: no port of one's own is free
_LATER = (errno.EAGAIN, errno.EADDRNOTAVAIL)
_NO_WAY = (errno.ENETUNREACH, errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)


def scan(address: str, ports: Iterable[int], seconds: float, memory: str = MEMORY) -> Scanned:
    source, why = _source(address)
    wanted = deque(ports)
    if why:
        return {"address": address, "source": "", "open": [], "refused": 0, "silent": 0, "left": len(wanted), "why": why}
    run = _Run(address, wanted, _budget(memory))
    run.until(time.monotonic() + seconds)
    late = f"it took longer than {seconds:.0f} s" if wanted else ""
    found = sorted(run.open)
    return {
        "address": address,
        "source": source,
        "open": found,
        "refused": run.refused,
        "silent": run.silent,
        "left": len(wanted),
        "why": late,
    }


def ports(ranges: Iterable[Iterable[int]]) -> Iterator[int]:
    """Each once, in order."""
    return iter(sorted({port for first, last in ranges for port in range(first, last + 1)}))


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _source(address: str) -> tuple[str, str]:
    """By which address one comes there, and why not."""
    try:
        with socket.socket(_family(address), socket.SOCK_DGRAM) as asked:
            asked.connect((address, 9))
            return str(asked.getsockname()[0]), ""
    except OSError as error:
        return "", f"no way leads to {address}: {error.strerror or error}"


def _budget(memory: str) -> float:
    """How many may be remembered at a time; without end where nothing is."""
    try:
        with open(memory, encoding="ascii") as file:
            return int(file.read()) / PART
    except (OSError, ValueError):
        return float("inf")


class _Run:
    """``_flying``: by descriptor, the oldest first. ``_kept``: when what the host remembers of those that ended is gone."""

    def __init__(self, address: str, wanted: deque[int], budget: float) -> None:
        self.open: list[int] = []
        self.refused = self.silent = 0
        self._address, self._wanted, self._budget = address, wanted, budget
        self._flying: dict[int, tuple[socket.socket, int, float]] = {}
        self._kept: dict[float, deque[float]] = {REFUSED: deque(), SILENT: deque()}

    def until(self, end: float) -> None:
        with contextlib.closing(select.epoll()) as poll:
            while (self._wanted or self._flying) and time.monotonic() < end:
                self._begin(poll)
                for descriptor, _ in poll.poll(0.05):
                    self._ended(poll, descriptor)
                self._give_up(poll)
            for descriptor in list(self._flying):
                self._wanted.append(self._taken(poll, descriptor)[1])

    def _begin(self, poll: select.epoll) -> None:
        while self._wanted and self._has_room() and self._connect(poll, self._wanted[0]):
            self._wanted.popleft()

    def _has_room(self) -> bool:
        now = time.monotonic()
        for kept in self._kept.values():
            while kept and kept[0] < now:
                kept.popleft()
        return len(self._flying) < WIDTH and len(self._flying) + sum(map(len, self._kept.values())) < self._budget

    def _connect(self, poll: select.epoll, port: int) -> bool:
        """False: later."""
        try:
            tried = socket.socket(_family(self._address), socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        except OSError:
            return False  # too many files are open, by whomever
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        code = tried.connect_ex((self._address, port))
        if code in _LATER and self._flying:
            tried.close()
            return False
        if code == errno.EINPROGRESS:
            self._flying[tried.fileno()] = (tried, port, time.monotonic() + PATIENCE)
            poll.register(tried.fileno(), select.EPOLLOUT)
        else:
            self._judge(tried, port, code)
        return True

    def _ended(self, poll: select.epoll, descriptor: int) -> None:
        tried, port = self._taken(poll, descriptor, close=False)
        self._judge(tried, port, tried.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))

    def _judge(self, tried: socket.socket, port: int, code: int) -> None:
        with tried:
            if code == 0 and not _is_itself(tried):
                self.open.append(port)
                self._remember(REFUSED)
            elif code in (0, errno.ECONNREFUSED):
                self.refused += 1
                self._remember(REFUSED)
            else:
                self.silent += 1
                self._remember(SILENT)

    def _give_up(self, poll: select.epoll) -> None:
        now = time.monotonic()
        for descriptor in [one for one, (_, _, end) in self._flying.items() if end < now]:
            self._taken(poll, descriptor)
            self.silent += 1
            self._remember(SILENT)

    def _taken(self, poll: select.epoll, descriptor: int, *, close: bool = True) -> tuple[socket.socket, int]:
        tried, port, _ = self._flying.pop(descriptor)
        poll.unregister(descriptor)
        if close:
            tried.close()
        return tried, port

    def _remember(self, how_long: float) -> None:
        if self._budget < float("inf"):
            self._kept[how_long].append(time.monotonic() + how_long)


def _is_itself(tried: socket.socket) -> bool:
    """A connection from a port to that very port, with nobody there who listens."""
    try:
        return bool(tried.getsockname() == tried.getpeername())
    except OSError:
        return False


def raise_limit() -> None:
    """Of files that are open, as far as that is allowed."""
    import resource

    with contextlib.suppress(OSError, ValueError):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4 * WIDTH) if most > 0 else 4 * WIDTH, most))
