# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab host whose HAProxy ends TLS, before an application that answers with the headers that it got."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from tests.integration.converge import machine
from tests.integration.converge.machine import Task

ROLES = Path(__file__).resolve().parents[1] / "edge/roles"
NAMES = ["shop.example", "www.shop.example"]
SITE, MADE = "/etc/echodiary/tls/site.pem", "/var/lib/echodiary/tls/site.pem"
LISTED = {"components": ["haproxy", "shop"], "shop_ports": {"blue": 8001, "green": 8002}}
#: answers every check, and every other request with its headers
APPLICATION = """
import http.server, json
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = b"" if self.path == "/up" else json.dumps({key.lower(): value for key, value in self.headers.items()}).encode()
        self.send_response(200 if body else 204)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", 8001), Handler).serve_forever()
"""

SAY = """
import socket, sys
admin = socket.socket(socket.AF_UNIX)
admin.connect("/run/haproxy/admin.sock")
admin.sendall(sys.stdin.buffer.read())
print(admin.makefile().read())
"""


class Machine(machine.Machine):
    name, subnet, port_offset, roles = "tls-test", "172.30.194.0/24", "3800", ROLES

    @property
    def address(self) -> str:
        return str(self.login["address"])

    def serve(self) -> None:
        """The application, as long as the host runs."""
        command = ["docker", "exec", "-d", self.container, "python3", "-c", APPLICATION]
        subprocess.run(command, check=True, timeout=30)

    def bring(self, path: str, text: str) -> None:
        """A file of somebody else's on the host, root's alone."""
        command = ["docker", "exec", "-i", self.container, "sh", "-c", f"umask 077; mkdir -p $(dirname {path}); cat > {path}"]
        subprocess.run(command, input=text, text=True, check=True, timeout=30)

    def haproxy(self, *, check: bool = False, **variables: Any) -> Task:
        return self.play({"components": ["haproxy"], "check": check, "vars": {**LISTED, **variables}})[0]

    def tell(self, command: str) -> str:
        """HAProxy, at its socket."""
        words = ["docker", "exec", "-i", self.container, "python3", "-c", SAY]
        return subprocess.run(words, input=command + "\n", capture_output=True, text=True, timeout=30, check=True).stdout

    def worker(self) -> str:
        return self.tell("show info").partition("Pid: ")[2].split()[0]
