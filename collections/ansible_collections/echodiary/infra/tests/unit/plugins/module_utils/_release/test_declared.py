# SPDX-License-Identifier: GPL-3.0-or-later
"""Declared requests, asked of a server that really listens."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._release import declared

READ = {"name": "read", "method": "GET", "path": "/entries?limit=1", "status": 200, "timeout": 5.0}
WRITE = {"name": "write", "method": "POST", "path": "/verify", "body": {"a": "é"}, "status": 201, "json": {"status": "ok"}, "timeout": 5.0}


class App:
    """Answers with what the test puts in; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, str]] = []
        self.answers: dict[str, list[tuple[int, str]]] = {}
        self.go = threading.Event()
        app = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                app.asked.append((self.command, self.path, self.headers.get("Content-Type", ""), body))
                status, text = app.next(self.path)
                if status == 0:
                    app.go.wait(20)
                self.send_response(status or 200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def next(self, path: str) -> tuple[int, str]:
        """The last answer is given for ever."""
        given = self.answers[path]
        return given.pop(0) if len(given) > 1 else given[0]


@pytest.fixture
def app() -> Iterator[App]:
    made = App()
    made.answers = {"/entries?limit=1": [(200, "[]")], "/verify": [(201, '{"status": "ok"}')]}
    yield made
    made.go.set()
    made.server.shutdown()
    made.server.server_close()


def test_each_is_asked_once_when_all_is_well(app: App) -> None:
    assert declared.first_trouble([READ, WRITE], app.port) == ""
    assert sorted(app.asked) == [("GET", "/entries?limit=1", "", ""), ("POST", "/verify", "application/json", json.dumps({"a": "é"}))]


def test_nothing_declared_asks_nobody(app: App) -> None:
    assert declared.first_trouble([], app.port) == ""
    assert app.asked == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((500, "no such\ntable"), "write (POST /verify) answers 500, not 201: no such table"),
        ((201, '{"status": "read-only"}'), "write (POST /verify): status is 'read-only', not 'ok'"),
    ],
)
def test_a_wrong_answer_is_told_with_what_was_said(app: App, answer: tuple[int, str], words: str) -> None:
    app.answers["/verify"] = [answer]
    assert declared.first_trouble([READ, WRITE], app.port) == words


def test_no_answer_is_told_within_its_timeout(app: App) -> None:
    app.answers["/verify"] = [(0, "")]
    began = time.monotonic()
    assert "write (POST /verify) does not answer" in declared.first_trouble([READ, {**WRITE, "timeout": 0.3}], app.port)
    assert time.monotonic() - began < 5


def test_one_bad_answer_is_asked_again(app: App) -> None:
    app.answers["/verify"] = [(503, "pool"), (201, '{"status": "ok"}')]
    assert declared.first_trouble([READ, WRITE], app.port) == ""
    assert [path for _, path, _, _ in app.asked].count("/entries?limit=1") == 1


def test_text_is_sent_as_it_is_and_headers_are_kept() -> None:
    probe = declared.probe({**WRITE, "body": "a=1", "headers": {"X-Test": "1"}}, 8001)
    assert (probe["body"], probe["headers"], probe["url"]) == ("a=1", {"X-Test": "1"}, "http://127.0.0.1:8001/verify")


def test_asking_goes_on_until_something_is_wrong(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declared, "EVERY", 0.01)
    app.answers["/verify"] = [*[(201, '{"status": "ok"}')] * 5, (500, "oh")]
    asking = declared.Asking([WRITE], app.port)
    end = time.monotonic() + 10
    while not asking.trouble and time.monotonic() < end:
        time.sleep(0.01)
    asking.stop()
    assert asking.trouble == "write (POST /verify) answers 500, not 201: oh"
    assert len(app.asked) == 7
