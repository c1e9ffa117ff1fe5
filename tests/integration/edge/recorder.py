# SPDX-License-Identifier: GPL-3.0-or-later
"""An application that keeps what reached it: the judge of what an edge refused."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

#: what HAProxy asks, of the components of ``roles``, and how it wants to be answered
CHECKS = {"/": 200, "/up": 204, "/up%2Dthere": 204}


class Request(NamedTuple):
    """``body``: bytes that came; ``whole``: with its end."""

    path: str
    body: int
    whole: bool


class Recorder(NamedTuple):
    port: int
    requests: list[Request]

    def of(self, path: str) -> list[Request]:
        return [one for one in self.requests if one.path == path]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    kept: list[Request]
    headers_of: dict[str, dict[str, str]]

    def do_GET(self) -> None:
        if self.path in CHECKS:
            self._answer(CHECKS[self.path])
            return
        if self.headers.get("Upgrade"):
            self._echo()
            return
        self.came = 0
        try:
            self._read()
        except (OSError, ValueError):
            self.close_connection = True
        else:
            self._answer()
        self.kept.append(Request(self.path, self.came, not self.close_connection or self.came == self._length()))

    def do_POST(self) -> None:
        self.do_GET()

    def _echo(self) -> None:
        """From here on it is no HTTP: what comes goes back."""
        self.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
        while said := self.rfile.read1(65536):  # type: ignore[attr-defined]
            self.wfile.write(said)
        self.close_connection = True

    def _length(self) -> int:
        return int(self.headers.get("Content-Length", -1))

    def _read(self) -> None:
        if self.headers.get("Transfer-Encoding") != "chunked":
            self._take(max(0, self._length()))
            return
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            self._take(size)
            self.rfile.readline()
        self.rfile.readline()

    def _take(self, size: int) -> None:
        while size:
            found = len(self.rfile.read1(size))  # type: ignore[attr-defined]
            if not found:
                raise ValueError("the client went away")
            self.came, size = self.came + found, size - found

    def _answer(self, status: int = 200) -> None:
        body = b"" if status == 204 else f"{self.server.server_address[1]} {self.path}".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Powered-By", "curiosity")
        for name, value in self.headers_of.get(self.path, {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


class _Server(http.server.ThreadingHTTPServer):
    request_queue_size = 1024

    def handle_error(self, *_: object) -> None:
        """A connection that is cut is what the tests are about."""


@contextmanager
def recording(headers_of: dict[str, dict[str, str]] | None = None) -> Iterator[Recorder]:
    """``headers_of``: a path to headers that its answers have."""
    kept: list[Request] = []
    handler = type("Handler", (_Handler,), {"kept": kept, "headers_of": headers_of or {}})
    server = _Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Recorder(server.server_port, kept)
    finally:
        server.shutdown()
        server.server_close()
