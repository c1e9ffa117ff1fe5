# SPDX-License-Identifier: GPL-3.0-or-later
"""Against servers as they are met: quick, slow, dripping, silent, absent."""

from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._gate import main, probes


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/slow":
            time.sleep(5)
        length = int(self.headers.get("Content-Length") or 0)
        body = f"{self.command} {self.path} {self.headers.get('X-Test', '')} {self.rfile.read(length).decode()}".encode()
        if self.path == "/long":
            body = b"x" * 10_000
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.path == "/drip":
            for _ in range(50):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        elif self.command != "HEAD":
            self.wfile.write(body)

    do_POST = do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Whoever asked has gone, as it should."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    running = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def probe(url: str, **given: Any) -> dict[str, Any]:
    base = {"method": "GET", "headers": {}, "body": None, "timeout": 1.0, "validate_certs": True, "ca_path": None, "whole": False}
    return {**base, "url": url, **given}


def test_method_headers_and_body_arrive(url: str) -> None:
    answer = probes.ask(probe(url + "/a?b=1", method="POST", headers={"X-Test": "yes"}, body="text"), 1.0)
    assert (answer["status"], answer["text"]) == (200, "POST /a?b=1 yes text")
    assert answer["milliseconds"] < 1000


def test_a_redirect_is_an_answer(url: str) -> None:
    assert probes.ask(probe(url + "/moved"), 1.0)["status"] == 302


def test_head_has_no_body(url: str) -> None:
    assert probes.ask(probe(url, method="HEAD"), 1.0)["text"] == ""


def test_bodies_are_cut_where_nobody_looks_into_them(url: str) -> None:
    assert len(probes.ask(probe(url + "/long"), 1.0)["text"]) == probes.EXCERPT
    assert len(probes.ask(probe(url + "/long", whole=True), 1.0)["text"]) == 10_000


@pytest.mark.parametrize("path", ["/slow", "/drip"])
def test_no_answer_takes_longer_than_its_timeout(url: str, path: str) -> None:
    began = time.monotonic()
    [answer, quick] = probes.ask_all([probe(url + path, timeout=0.4), probe(url)], 60.0)
    assert (answer["status"], quick["status"]) == (0, 200)
    assert time.monotonic() - began < 4


def test_nobody_there_and_no_such_name_are_answers() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}/"
    answers = probes.ask_all([probe(closed), probe("http://no.such.name.invalid/")], 60.0)
    assert [answer["status"] for answer in answers] == [0, 0]
    assert "Refused" in answers[0]["text"]


def test_a_port_that_accepts_and_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        [answer] = probes.ask_all([probe(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.3)], 60.0)
    assert answer["status"] == 0


def test_all_probes_are_asked_at_the_same_time(url: str) -> None:
    began = time.monotonic()
    probes.ask_all([probe(url + "/slow", timeout=1.0)] * 5, 60.0)
    assert time.monotonic() - began < 4


def asked(*probes: dict[str, Any], **given: Any) -> Any:
    return {"probes": list(probes), "count": 1, "interval": 0.1, "delay": 0.0, "budget": 60.0, "age": 0.0, "stop_after": 0, **given}


def test_a_range_grows_with_the_gate(url: str) -> None:
    ranged = probe(url, method="POST", body="query=n%5B%24range%5D", lookback=2.0)
    found = probes.ticks(asked(ranged, probe(url, method="POST", body="%24range"), count=2, interval=1.2, age=6.5))
    assert [tick["answers"][0]["text"] for tick in found] == ["POST /  query=n%5B9s%5D", "POST /  query=n%5B10s%5D"]
    assert found[0]["answers"][1]["text"] == "POST /  %24range"


def test_ticks_keep_their_interval(url: str) -> None:
    found = probes.ticks(asked(probe(url), count=3, interval=0.2, delay=0.1))
    first, second, third = (tick["at"] for tick in found)
    assert first >= 0.1
    assert min(second - first, third - second) >= 0.19
    assert third < 3


def test_no_tick_begins_after_the_budget_but_one_is_always_asked(url: str) -> None:
    assert 1 <= len(probes.ticks(asked(probe(url), count=9, interval=0.2, budget=0.5))) <= 3
    assert len(probes.ticks(asked(probe(url), count=9, interval=0.2, delay=5.0, budget=0.0))) == 1


def test_a_slow_tick_moves_the_next_one_rather_than_piling_up(url: str) -> None:
    found = probes.ticks(asked(probe(url + "/slow", timeout=0.3), count=2))
    assert found[1]["at"] - found[0]["at"] >= 0.3


def test_the_entry_says_how_long_it_took(url: str) -> None:
    answer = main.run(asked(probe(url), count=2))
    assert len(answer["ticks"]) == 2
    assert 0.1 <= answer["seconds"] < 2


def test_a_log_that_cannot_be_read_says_so() -> None:
    answer = main.run({"logs": ["container:no-such-container"], "lines": 5})
    assert answer["logs"]["container:no-such-container"]
