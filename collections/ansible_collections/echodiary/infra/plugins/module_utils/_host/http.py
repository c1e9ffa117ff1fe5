# SPDX-License-Identifier: GPL-3.0-or-later
"""Small, bounded HTTP calls: health endpoints and metrics over TCP, the Docker Engine API over its socket."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

#: bytes of a body that are read
LONGEST = 1_000_000


class Answer(NamedTuple):
    """``status`` 0 means nobody answered; ``text`` then says why."""

    status: int
    text: str

    def json(self) -> Any:
        try:
            return json.loads(self.text)
        except ValueError:
            return None


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("docker", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Tls(NamedTuple):
    """``ca_path``: whom to trust besides those that the host does; the host's own where empty."""

    verify: bool = True
    ca_path: str = ""


class Content(NamedTuple):
    body: str | None = None
    headers: Mapping[str, str] = {}


NONE = Content()
STRICT = Tls()


def of_json(document: Any) -> Content:
    return Content(json.dumps(document), {"Content-Type": "application/json"})


def request(method: str, url: str, timeout: float = 3.0, content: Content = NONE, tls: Tls = STRICT) -> Answer:
    """One request to http://, https:// or unix://<socket path>:/<target>; redirects are answers. Whatever goes wrong is one, too."""
    try:
        connection, target = _connection(url, timeout, tls)
        with contextlib.closing(connection):
            connection.request(method, target, content.body, dict(content.headers))
            response = connection.getresponse()
            return Answer(response.status, response.read(LONGEST).decode(errors="replace"))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(0, f"{type(error).__name__}: {error}")


def _connection(url: str, timeout: float, tls: Tls) -> tuple[http.client.HTTPConnection, str]:
    """A connection that is not open yet, and what is asked for there."""
    if url.startswith("unix://"):
        path, _, target = url[len("unix://") :].partition(":")
        return _UnixConnection(path, timeout), target
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme != "https":
        return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout), target
    return http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=timeout, context=_context(tls)), target


def _context(tls: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=tls.ca_path or None)
    if not tls.verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
