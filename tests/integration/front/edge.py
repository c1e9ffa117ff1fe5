# SPDX-License-Identifier: GPL-3.0-or-later
"""One origin for pages and API, as hosts have it: files of ``dist``, everything else passed on. It can lose answers as networks do."""

from __future__ import annotations

import http.client
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

#: what a proxy does not pass on
OWN = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
#: what the pages have to live with; with frame-ancestors, which a page cannot say of itself
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"


class Edge(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, dist: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.dist = dist
        self.port = int(self.server_address[1])
        self.base = f"http://127.0.0.1:{self.port}"
        self.api = 0
        #: "METHOD /path" of requests that get no answer: done all the same, or never passed on
        self.unheard: list[str] = []
        self.lost: list[str] = []
        self.seen: list[str] = []

    def count(self, request: str) -> int:
        return self.seen.count(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Browsers hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Edge

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        if self._file(path):
            return
        asked = f"{self.command} {path}"
        self.server.seen.append(asked)
        if asked in self.server.lost:
            self.server.lost.remove(asked)
            self._hang_up()
            return
        status, headers, answer = self._passed_on(body)
        if asked in self.server.unheard:
            self.server.unheard.remove(asked)
            self._hang_up()
            return
        self._answer(status, headers, answer)

    do_GET = do_POST = do_PATCH = do_DELETE = do_HEAD = _any  # noqa: N815 - the names are the library's

    def _file(self, path: str) -> bool:
        name = "index.html" if path == "/" else path.lstrip("/")
        file = (self.server.dist / name).resolve()
        if not file.is_relative_to(self.server.dist) or not file.is_file():
            return False
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        self._answer(200, [("Content-Type", kind), ("Content-Security-Policy", POLICY)], file.read_bytes())
        return True

    def _passed_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.api, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in OWN}
        connection.request(self.command, self.path, body or None, {**headers, "Content-Length": str(len(body))})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, [(name, value) for name, value in answer.getheaders() if name.lower() not in OWN], content

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def serving(dist: Path) -> Iterator[Edge]:
    edge = Edge(dist.resolve())
    threading.Thread(target=edge.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield edge
    finally:
        edge.shutdown()
        edge.server_close()
