# SPDX-License-Identifier: GPL-3.0-or-later
"""No model: what stands in for one. It speaks as OpenAI's API does, streams word by word at the pace that it is asked for, and says how
many tokens that was. Standard library alone, so that any image with Python runs it.

``standin.py PORT [USAGE]``: USAGE is always (as vLLM with --enable-force-include-usage), asked (as OpenAI: by stream_options) or never.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "stand-in"
USAGE = sys.argv[2] if len(sys.argv) > 2 else "asked"
seen: list[dict[str, str]] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        known = {"/health": {}, "/v1/models": {"object": "list", "data": [{"id": MODEL, "object": "model"}]}, "/seen": seen}
        self.say(known.get(self.path, {"error": self.path}), 200 if self.path in known else 404)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        seen.append({name.lower(): value for name, value in self.headers.items()} | {"path": self.path})
        words, tokens = int(asked.get("max_tokens", 3)), len(" ".join(one["content"] for one in asked.get("messages", [])).split())
        usage = {"prompt_tokens": tokens, "completion_tokens": words, "total_tokens": tokens + words}
        if self.path == "/v1/embeddings":
            usage = {"prompt_tokens": tokens, "total_tokens": tokens}
            self.say({"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.0]}], "usage": usage})
        elif asked.get("stream"):
            told = USAGE == "always" or (USAGE == "asked" and (asked.get("stream_options") or {}).get("include_usage"))
            self.stream(words, float(asked.get("pause", 0)), usage if told else None)
        else:
            time.sleep(float(asked.get("pause", 0)))
            # what is said may look as if it were a count of tokens: it is none
            text = asked.get("say", "word " * words)
            said = {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]}
            self.say({"object": "chat.completion", "model": MODEL, **said, **({} if USAGE == "never" else {"usage": usage})})

    def say(self, answer: Any, status: int = 200) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self, words: int, pause: float, usage: dict[str, int] | None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
        for number in range(words):
            time.sleep(pause)
            self.event({"choices": [{"index": 0, "delta": {"content": f"word{number} "}}], "at": time.time()})
        if usage:
            self.event({"choices": [], "usage": usage})
        self.piece(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def event(self, said: dict[str, Any]) -> None:
        self.piece(b"data: " + json.dumps({"object": "chat.completion.chunk", "model": MODEL, **said}).encode() + b"\n\n")

    def piece(self, text: bytes) -> None:
        self.wfile.write(f"{len(text):x}\r\n".encode() + text + b"\r\n")


if __name__ == "__main__":
    # the first process of a container is not ended by a signal that it does not know
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), Handler).serve_forever()
