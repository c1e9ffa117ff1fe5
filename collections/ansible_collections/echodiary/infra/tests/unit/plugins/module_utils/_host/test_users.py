# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import users

Edge = tuple[str, list[tuple[int, str]], list[str]]


@pytest.fixture
def edge() -> Iterator[Edge]:
    """Where it is, what it answers next (the last one from then on), and by what names it was asked."""
    answers: list[tuple[int, str]] = [(200, "")]
    names: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            names.append(self.headers["Host"])
            status, said = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            if said:
                self.send_header(users.SAID, said)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/health", answers, names
    server.shutdown()
    server.server_close()


def question(url: str, name: str = "") -> users.Question:
    return {"url": url, "name": name, "host": "app1", "component": "shop"}


@pytest.mark.parametrize(
    ("status", "said", "content"), [(200, "", True), (404, "", True), (302, "", True), (503, "traffic", True), (503, "", False)]
)
def test_what_users_are_content_with(edge: Edge, status: int, said: str, content: bool) -> None:
    url, answers, names = edge
    answers[:] = [(status, said)]
    found = users.troubles([question(url, "shop.example")], 0.5)
    assert [why for _, why in found] == ([] if content else [f"users get {status} at {url} as shop.example"])
    assert set(names) == {"shop.example"}


def test_one_that_fails_for_a_moment_is_asked_again(edge: Edge) -> None:
    url, answers, _ = edge
    answers[:] = [(502, ""), (502, ""), (200, "")]
    assert users.troubles([question(url)]) == []


def test_all_together_take_no_longer_than_one() -> None:
    """Nobody accepts, and nobody refuses either."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        place = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        began = time.monotonic()
        found = users.troubles([question(place)] * 5 + [question("http://127.0.0.1:1/")], 0.6)
        assert time.monotonic() - began < 2.0
    assert len(found) == 6
    assert "no answer at http://127.0.0.1:1/ (ConnectionRefusedError" in found[-1][1]
