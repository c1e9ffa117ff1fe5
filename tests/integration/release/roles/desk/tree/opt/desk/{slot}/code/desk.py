"""python3 desk.py api|clerk|report IMAGE [REDIS [SECONDS-FOR-A-JOB [ENDS]]]: what it did can be counted in Redis."""

import http.server
import signal
import socket
import sys
import time

WHAT, IMAGE = sys.argv[1:3]


class Redis:
    def __init__(self, host):
        self.stream = socket.create_connection((host, 6379), timeout=30).makefile("rwb")

    def ask(self, *words):
        coded = [str(word).encode() for word in words]
        self.stream.write(b"*%d\r\n" % len(coded) + b"".join(b"$%d\r\n%s\r\n" % (len(one), one) for one in coded))
        self.stream.flush()
        kind, rest = (line := self.stream.readline())[:1], line[1:].strip()
        if kind == b"$":
            return None if rest == b"-1" else self.stream.read(int(rest) + 2)[:-2].decode()
        assert kind != b"-", rest
        return rest.decode()


def api():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            text = IMAGE.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    http.server.ThreadingHTTPServer.request_queue_size = 128
    server = http.server.ThreadingHTTPServer(("0.0.0.0", 8000), Handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server.serve_forever()


def clerk():
    """Takes a job, works on it, counts it. Told to end, it ends the job that it has."""
    if ENDS == "at once":
        sys.exit("no work today")
    redis, ending = Redis(sys.argv[3]), []
    signal.signal(signal.SIGTERM, lambda *_: ending.append(1) if ENDS != "never" else None)
    at_work = int(redis.ask("INCR", "at work"))
    redis.ask("RPUSH", "together", at_work)
    while not ending:
        job = redis.ask("LMOVE", "queue", "taken", "LEFT", "RIGHT")
        if job is None:
            time.sleep(0.02)
            continue
        time.sleep(float(sys.argv[4]))
        redis.ask("HINCRBY", "done", job, 1)
        redis.ask("HINCRBY", "by", IMAGE, 1)
        redis.ask("LREM", "taken", 1, job)
    redis.ask("DECR", "at work")


def report():
    redis = Redis(sys.argv[3])
    redis.ask("RPUSH", "reports", IMAGE)
    while ENDS == "forever":
        time.sleep(1)


ENDS = sys.argv[5] if len(sys.argv) > 5 else ""
{"api": api, "clerk": clerk, "report": report}[WHAT]()
