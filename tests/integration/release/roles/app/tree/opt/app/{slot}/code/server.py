"""python3 server.py WHO [PORT]: says who it is; is as ready as its name allows; /held is answered once /let-go was asked."""

import http.server
import json
import signal
import sys
import threading

WHO = sys.argv[1]
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 8000
GO = threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path in ("/ready", "/health"):
            # HAProxy names its host 'localhost', everybody else the address and the port.
            ill = WHO == "sick" or (WHO == "two-faced" and self.headers["Host"] == "localhost")
            return self.answer(503 if ill else 200, json.dumps({"status": "ill" if ill else "ready"}))
        if self.path == "/let-go":
            GO.set()
        if self.path == "/held":
            GO.wait()
        return self.answer(200, WHO)

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer.request_queue_size = 128
server = http.server.ThreadingHTTPServer(("0.0.0.0", PORT), Handler)
server.daemon_threads = False
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
sys.stdout.write(f"started as {WHO}\n")
server.serve_forever()
server.server_close()
