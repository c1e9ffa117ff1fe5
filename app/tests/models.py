"""A model server that answers as it is told to: well, wrongly, endlessly or never."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

QUESTION = "오늘 무엇이 가장 오래 남았나요?"


def spoken(content: object) -> bytes:
    return json.dumps(
        {"object": "chat.completion", "choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]}
    ).encode()


#: how it may be: status, headers and body of its answer
WAYS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "well": (200, {}, spoken(f"  {QUESTION}\n")),
    "no JSON": (200, {}, b"<html>what-I-wrote</html>"),
    "other JSON": (200, {}, b'{"choices": []}'),
    "a list": (200, {}, b"[" * 60_000),
    "no text": (200, {}, spoken(None)),
    "spaces": (200, {}, spoken(" \n ")),
    "a novel": (200, {}, spoken("word " * 2000)),
    "control characters": (200, {}, spoken("a\x1b[2Jquestion")),
    "wrong key": (401, {}, b"{}"),
    "too much asked": (413, {}, b"{}"),
    "rate": (429, {"Retry-After": "1"}, b"{}"),
    "broken": (500, {}, b"{}"),
    "away": (503, {"Retry-After": "5"}, b"{}"),
    "elsewhere": (307, {"Location": "http://127.0.0.1:1/v1/chat/completions"}, b""),
}


class Model:
    """``way`` is one of WAYS, or `silent`, `endless`, `slowly`, `hangs up`."""

    def __init__(self) -> None:
        self.way = "well"
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.go_on = threading.Event()

    def silent(self) -> None:
        self.go_on.clear()
        self.way = "silent"

    def wake(self) -> None:
        self.way = "well"
        self.go_on.set()


class Handler(BaseHTTPRequestHandler):
    model: Model

    def log_message(self, *_: object) -> None: ...

    def do_POST(self) -> None:
        self.model.keys.append(self.headers["Authorization"])
        self.model.asked.append({"path": self.path, **json.loads(self.rfile.read(int(self.headers["Content-Length"])))})
        with contextlib.suppress(OSError):
            self.answer(self.model.way)

    def answer(self, way: str) -> None:
        if way == "silent":
            self.model.go_on.wait(30)
            way = "well"
        if way in WAYS:
            self.say(*WAYS[way])
        elif way != "hangs up":
            self.drip(b"x" * 65536 if way == "endless" else b"x", 0 if way == "endless" else 0.05)

    def say(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def drip(self, part: bytes, pause: float) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.model.go_on.wait(pause):
            self.wfile.write(part)


@contextlib.contextmanager
def model_server() -> Iterator[tuple[Model, int]]:
    model = Model()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"model": model}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield model, server.server_port
    finally:
        model.go_on.set()
        server.shutdown()
        server.server_close()


def settings(port: int, key: str = "sk-gw-of-the-test") -> dict[str, str]:
    return {"QUESTION_URL": f"http://127.0.0.1:{port}/v1", "QUESTION_KEY": key, "QUESTION_MODEL": "gentle"}
