# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP as a stranger speaks it: the target as it is spelled, whoever's certificate, no redirect followed."""

from __future__ import annotations

import contextlib
import http.client
import ssl
import time
from typing import NamedTuple

from .shapes import NotCheckedError

TIMEOUT = 10.0
#: bytes of a body
LONGEST = 1_000_000
#: s that one waits where one asked too often, and how many times
_PAUSE, _AGAIN = 5.0, 3


class Reply(NamedTuple):
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    def header(self, name: str) -> str:
        """Empty where it is not there."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    def headers_of(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]


class Place(NamedTuple):
    """``name``: by which it is asked; ``address``: where that is looked for."""

    address: str
    port: int
    tls: bool
    name: str

    @property
    def url(self) -> str:
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"{'https' if self.tls else 'http'}://{shown}:{self.port}"


def get(place: Place, target: str) -> Reply:
    """NotCheckedError where nobody answers."""
    try:
        reply = _asked(place, target)
        for _ in range(_AGAIN):
            if reply.status != 429:
                break
            time.sleep(_PAUSE)
            reply = _asked(place, target)
    except (OSError, http.client.HTTPException) as error:
        raise NotCheckedError(f"{place.url} does not answer from here: {error}") from None
    return reply


def _asked(place: Place, target: str) -> Reply:
    with contextlib.closing(_connection(place)) as connection:
        connection.putrequest("GET", target, skip_host=True, skip_accept_encoding=True)
        for name, value in (("Host", place.name), ("Accept", "*/*"), ("Connection", "close")):
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return Reply(answer.status, tuple(answer.getheaders()), answer.read(LONGEST).decode(errors="replace"))


def _connection(place: Place) -> http.client.HTTPConnection:
    if not place.tls:
        return http.client.HTTPConnection(place.address, place.port, timeout=TIMEOUT)
    # whose certificate it is is a check of its own
    context = ssl._create_unverified_context()  # noqa: S323
    return _Named(place, context)


class _Named(http.client.HTTPSConnection):
    """At an address, by a name."""

    def __init__(self, place: Place, context: ssl.SSLContext) -> None:
        super().__init__(place.address, place.port, timeout=TIMEOUT)
        self._own, self._name = context, place.name

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = self._own.wrap_socket(self.sock, server_hostname=self._name)
