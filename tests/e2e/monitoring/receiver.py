# SPDX-License-Identifier: GPL-3.0-or-later
"""Slack and Discord as far as a webhook sees them: same shapes, same limits, same refusals; keeps what came and when.

By hand:  python -m tests.e2e.monitoring.receiver ADDRESS PORT  writes one JSON object a line to standard output.
"""

from __future__ import annotations

import http.server
import json
import sys
import threading
import time
from typing import Any, NamedTuple

#: Discord: title 256, description 4096, 6000 over all embeds, 10 embeds, content 2000; an empty message is refused.
DISCORD = {"title": 256, "description": 4096}
DISCORD_TOTAL, DISCORD_EMBEDS, DISCORD_CONTENT = 6000, 10, 2000
#: Slack refuses what is longer than 40 000 characters, and more than 100 attachments.
SLACK_TEXT, SLACK_ATTACHMENTS = 40_000, 100


class Message(NamedTuple):
    """What arrived: when (Unix time), where, its title and text, and the status it was answered with."""

    at: float
    to: str
    title: str
    text: str
    status: int


class Receiver(http.server.ThreadingHTTPServer):
    """Listens at ``address``; paths begin with /slack or /discord."""

    daemon_threads = True

    def __init__(self, address: str, port: int = 0) -> None:
        super().__init__((address, port), _Handler)
        self.messages: list[Message] = []
        self.url = f"http://{address}:{self.server_port}"
        self.aloud = False

    def start(self) -> Receiver:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def keep(self, message: Message) -> None:
        self.messages.append(message)
        if self.aloud:
            sys.stdout.write(json.dumps(message._asdict()) + "\n")
            sys.stdout.flush()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        to = self.path.split("/")[1]
        parts, problem = (_slack if to == "slack" else _discord)(body)
        status = 400 if problem else 200
        for title, text in parts or [("", "")]:
            self.server.keep(Message(time.time(), to, title, text, status))
        answer = (problem or "ok").encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        pass


def _slack(body: dict[str, Any]) -> tuple[list[tuple[str, str]], str]:
    attachments = body.get("attachments", [])
    parts = [(part.get("title", ""), part.get("text", "")) for part in attachments]
    if not attachments and not body.get("text"):
        return parts, "no_text"
    if len(attachments) > SLACK_ATTACHMENTS:
        return parts, "too_many_attachments"
    return parts, "msg_too_long" if any(len(text) > SLACK_TEXT for _, text in parts) else ""


def _discord(body: dict[str, Any]) -> tuple[list[tuple[str, str]], str]:
    embeds = body.get("embeds") or []
    parts = [(part.get("title", ""), part.get("description", "")) for part in embeds]
    if not embeds and not body.get("content"):
        return parts, "Cannot send an empty message"
    if len(body.get("content") or "") > DISCORD_CONTENT or len(embeds) > DISCORD_EMBEDS:
        return parts, "Must be fewer in length"
    too_long = any(len(part.get(field, "")) > limit for part in embeds for field, limit in DISCORD.items())
    return parts, "Must be fewer in length" if too_long or sum(map(len, (t for part in parts for t in part))) > DISCORD_TOTAL else ""


if __name__ == "__main__":
    by_hand = Receiver(sys.argv[1], int(sys.argv[2]))
    by_hand.aloud = True
    by_hand.serve_forever()
