# SPDX-License-Identifier: GPL-3.0-or-later
"""Small, bounded HTTP calls: health endpoints over TCP, the Docker Engine API over its socket."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any, NamedTuple
from urllib.parse import urlsplit


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


def request(method: str, url: str, timeout: float = 3.0, document: Any = None) -> Answer:
    """One request to http://, https:// or unix://<socket path>:/<target>; redirects are answers. ``document`` goes as JSON."""
    if url.startswith("unix://"):
        path, _, target = url[len("unix://") :].partition(":")
        return _ask(_UnixConnection(path, timeout), method, target, document)
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _ask(kind(parts.hostname or "", parts.port, timeout=timeout), method, target, document)


def _ask(connection: http.client.HTTPConnection, method: str, target: str, document: Any) -> Answer:
    body, headers = (None, {}) if document is None else (json.dumps(document), {"Content-Type": "application/json"})
    try:
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        return Answer(response.status, response.read(1_000_000).decode(errors="replace"))
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, f"{type(error).__name__}: {error}")
    finally:
        connection.close()
