"""Answers with the configuration it read when it started."""

import http.server
import sys

with open("/etc/demo/demo.conf", encoding="utf-8") as handle:
    GREETING = handle.read()
sys.stderr.write(f"demo says: loaded {GREETING}")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503 if "sick" in GREETING else 200)
        self.end_headers()
        self.wfile.write(GREETING.encode())

    def log_message(self, *_):
        """The probes would push the first lines out of the log's tail."""


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
