# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import health
from ansible_collections.echodiary.infra.plugins.module_utils._host import http as calls

URL = "http://127.0.0.1:1/ready"
BODY = '{"checks": {"database": "ok", "list": [{"up": 1}]}, "ready": true}'


@pytest.mark.parametrize(
    ("check", "answer", "healthy"),
    [
        ({}, calls.Answer(200, ""), True),
        ({"status": 503}, calls.Answer(503, "down"), True),
        ({}, calls.Answer(503, "down"), False),
        ({}, calls.Answer(0, "ConnectionRefusedError"), False),
        ({"json": {"checks.database": "ok", "checks.list.0.up": 1, "ready": True}}, calls.Answer(200, BODY), True),
        ({"json": {"checks.database": "broken"}}, calls.Answer(200, BODY), False),
        ({"json": {"checks.absent": "ok"}}, calls.Answer(200, BODY), False),
        ({"json": {"ready": True}}, calls.Answer(200, "no json"), False),
    ],
)
def test_judge(check: dict[str, Any], answer: calls.Answer, *, healthy: bool) -> None:
    verdict = health.judge({"url": URL, **check}, answer)
    assert verdict.health == ("Healthy" if healthy else "Degraded")
    assert healthy or URL in verdict.why


def test_why_names_the_field_and_both_values() -> None:
    why = health.judge({"url": URL, "json": {"checks.database": "broken"}}, calls.Answer(200, BODY)).why
    assert all(word in why for word in ("checks.database", "'ok'", "'broken'"))


@pytest.mark.parametrize(
    ("path", "expected"),
    [("checks.database", "ok"), ("checks.list.0.up", 1), ("checks.list.7.up", None), ("checks.list.up", None), ("ready.more", None)],
)
def test_lookup(path: str, expected: Any) -> None:
    assert health.lookup(calls.Answer(200, BODY).json(), path) == expected


@pytest.fixture
def server() -> Iterator[str]:
    """Answers 503 twice and then 200."""
    answers = iter([503, 503])

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(next(answers, 200))
            self.end_headers()
            self.wfile.write(b"body")

        def log_message(self, *_: Any) -> None:
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}/"
    running.shutdown()
    running.server_close()


def test_waits_until_it_is_healthy(server: str) -> None:
    assert health.wait(lambda: health.once([{"url": server}]), 5.0, interval=0.01).health == "Healthy"


def test_gives_up_at_the_deadline_with_the_last_reason() -> None:
    verdict = health.wait(lambda: health.Verdict("Degraded", "still not"), 0.0)
    assert (verdict.health, verdict.why) == ("Degraded", "still not")


def test_nobody_there_is_an_answer_not_an_exception() -> None:
    answer = calls.request("GET", "http://127.0.0.1:1/", 1.0)
    assert answer.status == 0 and "refused" in answer.text.lower()
    assert calls.request("GET", "unix:///no/such.sock:/info", 1.0).status == 0


def test_the_longest_deadline_counts() -> None:
    assert health.deadline_of([{"deadline": 5}, {"deadline": 90}]) == 90.0
    assert health.deadline_of([]) == health.DEFAULT_DEADLINE
