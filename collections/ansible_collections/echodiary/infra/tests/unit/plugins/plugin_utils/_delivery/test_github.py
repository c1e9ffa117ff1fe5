# SPDX-License-Identifier: GPL-3.0-or-later
"""GitHub's list of runs, as its documentation has it, from an imitation that answers over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._delivery import github
from ansible_collections.echodiary.infra.plugins.plugin_utils._delivery.shapes import Run

SINCE = 1_793_534_400.0  # 2026-11-01 12:00 UTC


def run(number: int, **more: Any) -> dict[str, Any]:
    """The fields that count, with some that do not."""
    return {
        "id": number, "name": "CI", "head_branch": "main", "event": "push", "status": "completed", "conclusion": "success",
        "run_attempt": 1, "created_at": "2026-11-02T10:00:00Z", "run_started_at": "2026-11-02T10:00:00Z",
        "updated_at": "2026-11-02T10:10:00Z", **more,
    }  # fmt: skip


class Imitation:
    """Answers as documented: ``per_page`` of them, page by page. ``status`` and ``body`` in place of that."""

    def __init__(self) -> None:
        self.runs: list[dict[str, Any]] = []
        self.status, self.body = 200, ""
        self.asked: list[dict[str, list[str]]] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    def answer(self, target: str) -> bytes:
        words = parse_qs(urlsplit(target).query)
        self.asked.append(words)
        page, size = int(words["page"][0]), int(words["per_page"][0])
        found = self.runs[(page - 1) * size : page * size]
        return (self.body or json.dumps({"total_count": len(self.runs), "workflow_runs": found})).encode()


@pytest.fixture
def imitation() -> Iterator[Imitation]:
    found = Imitation()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.headers.append({name.lower(): value for name, value in self.headers.items()})
            text = found.answer(self.path)
            self.send_response(found.status if self.path.startswith("/repos/ann/shop/actions/runs?") else 404)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        log_message: Callable[..., None] = lambda *_: None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()


def asked(imitation: Imitation, **given: str) -> list[Run]:
    return github.GitHub(**{"repository": "ann/shop", "branch": "main", "token": "secret", "url": imitation.url, **given}).runs(SINCE)


def test_what_is_asked_and_how(imitation: Imitation) -> None:
    imitation.runs = [run(1)]
    assert asked(imitation) == [Run("CI", "success", 600.0)]
    (words,) = imitation.asked
    assert (words["branch"], words["status"], words["created"]) == (["main"], ["completed"], [">=2026-11-01T12:00:00Z"])
    (headers,) = imitation.headers
    assert (headers["authorization"], headers["x-github-api-version"]) == ("Bearer secret", "2022-11-28")


def test_without_a_token_none_is_sent(imitation: Imitation) -> None:
    asked(imitation, token="")
    assert "authorization" not in imitation.headers[0]


def test_all_pages_are_read(imitation: Imitation) -> None:
    imitation.runs = [run(number) for number in range(2 * github.PER_PAGE + 1)]
    assert len(asked(imitation)) == 61
    assert [words["page"] for words in imitation.asked] == [["1"], ["2"], ["3"]]


def test_a_list_without_an_end_is_left(imitation: Imitation) -> None:
    imitation.body = json.dumps({"workflow_runs": [run(number) for number in range(github.PER_PAGE)]})
    asked(imitation)
    assert len(imitation.asked) == github.PAGES


def test_an_attempt_begins_anew_and_what_does_not_say_how_it_ended_is_left_out(imitation: Imitation) -> None:
    again = run(1, run_attempt=2, run_started_at="2026-11-02T12:00:00Z", updated_at="2026-11-02T12:01:00Z")
    imitation.runs = [again, run(2, conclusion=None), run(3, name=None), run(4, run_started_at=None)]
    assert asked(imitation) == [Run("CI", "success", 60.0), Run("CI", "success", None)]


@pytest.mark.parametrize(("status", "why"), [(401, "token is not taken"), (403, "may not read"), (404, "no such"), (500, "500")])
def test_a_refusal_says_what_to_do(imitation: Imitation, status: int, why: str) -> None:
    imitation.status, imitation.body = status, json.dumps({"message": "Bad credentials"})
    with pytest.raises(SpecError, match=why) as caught:
        asked(imitation)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("body", ["<html>", "[]", '{"workflow_runs": {}}'])
def test_what_is_no_list_is_said(imitation: Imitation, body: str) -> None:
    imitation.body = body
    with pytest.raises(SpecError, match="no list of runs"):
        asked(imitation)


def test_nobody_there_is_said() -> None:
    with pytest.raises(SpecError, match="does not answer"):
        github.GitHub("ann/shop", "main", url="http://127.0.0.1:9").runs(SINCE)


@pytest.mark.parametrize("name", ["shop", "ann/shop/more", "ann/sh op", "../x/y", ""])
def test_a_repository_is_owner_and_name(name: str) -> None:
    with pytest.raises(SpecError, match="owner/name"):
        github.GitHub(name, "main").runs(SINCE)
