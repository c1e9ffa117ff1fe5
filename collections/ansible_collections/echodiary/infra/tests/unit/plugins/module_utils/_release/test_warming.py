# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new slot is asked before its first user, and what is told of that."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._release import warming


def one(path: str, times: int) -> Any:
    return {"path": path, "times": times, "headers": {"Host": "shop.example"}}


def test_each_is_asked_as_often_as_it_says() -> None:
    rounds = warming.rounds([one("/a", 2), one("/b", 1)])
    assert [[each["path"] for each in wave] for wave in rounds] == [["/a", "/b"], ["/a"]]


@pytest.fixture
def asked() -> Iterator[tuple[int, list[tuple[str, str]]]]:
    seen: list[tuple[str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.path, self.headers["Host"]))
            self.send_response(500 if self.path == "/bad" else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, seen
    server.shutdown()
    server.server_close()


def test_a_slot_is_asked_and_its_answers_decide_nothing(asked: tuple[int, list[tuple[str, str]]]) -> None:
    port, seen = asked
    said = warming.warm([one("/", 3), one("/bad", 1)], port)
    assert sorted(seen) == [*[("/", "shop.example")] * 3, ("/bad", "shop.example")]
    assert said.startswith("warmed up by 4 requests in ")
    assert said.endswith("1 were not answered well, /bad for one: 500")


def test_a_component_that_declares_none_is_not_asked() -> None:
    assert warming.warm([], 1) == ""


def test_what_never_answers_keeps_nobody_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "LONGEST", -1.0)
    assert warming.warm([one("/", 1000)], 1).startswith("warmed up by 0 requests")
