# SPDX-License-Identifier: GPL-3.0-or-later
"""A small site on this machine's loopback that answers as it is told to, and counts who asks: ``python site.py PLACE [STATUS [AFTER]]``.

``AFTER`` so many requests every answer is STATUS. PLACE/port says where it listens, PLACE/asked how many came so far.
"""

from __future__ import annotations

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PLACE = Path(sys.argv[1])
STATUS, AFTER = (int(word) for word in (*sys.argv[2:4], "200", "0")[:2])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # head and body in one packet: two wait for each other's acknowledgement
    wbufsize = 65536
    asked = 0
    lock = threading.Lock()

    def do_GET(self) -> None:
        with self.lock:
            Handler.asked += 1
            number = Handler.asked
        self.send_response(STATUS if number > AFTER else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_said: Any) -> None:
        pass


def put(name: str, number: int) -> None:
    half = PLACE / f"{name}.part"
    half.write_text(str(number))
    half.replace(PLACE / name)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    put("port", server.server_port)
    while True:
        put("asked", Handler.asked)
        time.sleep(0.05)
