# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages handed to whoever asks: the edges, each of which keeps its own copy; and what Prometheus is told."""

from __future__ import annotations

import http.server
from collections.abc import Mapping

from . import metrics


def server(address: str, port: int, pages: Mapping[str, bytes]) -> http.server.ThreadingHTTPServer:
    """``pages``: by path, read anew with each request."""

    class Handler(http.server.BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            text = pages.get(self.path)
            self.send_response(404 if text is None else 200)
            self.send_header("Content-Type", metrics.TYPE if self.path == metrics.PATH else "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(text or b"")))
            self.end_headers()
            self.wfile.write(text or b"")

        def log_message(self, *_: object) -> None:
            """Nobody reads who asked when."""

    return http.server.ThreadingHTTPServer((address, port), Handler)
