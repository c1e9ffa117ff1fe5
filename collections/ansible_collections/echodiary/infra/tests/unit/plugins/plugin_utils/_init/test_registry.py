# SPDX-License-Identifier: GPL-3.0-or-later
"""Which image a tag means, as a registry tells it over the wire; and what is made of one that does not."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._init import registry
from ansible_collections.echodiary.infra.plugins.plugin_utils._init.shapes import Image

DIGEST = "sha256:" + "a" * 64


@contextmanager
def listening(status: int, headers: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Address of something that answers so, and what it was asked."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def test_a_private_registry_may_have_no_tls_and_that_is_told() -> None:
    with listening(200, {"Docker-Content-Digest": DIGEST}) as (place, asked):
        assert registry.find(Image(f"{place}/you/shop", "1", "")) == registry.Found(DIGEST, True)
    assert asked == ["/v2/you/shop/manifests/1"]


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (404, {}, "404"),
        (401, {"WWW-Authenticate": "Basic realm=x"}, "401"),
        (401, {"WWW-Authenticate": 'Bearer realm="http://elsewhere/token"'}, "without TLS"),
        (200, {}, "no digest"),
        (200, {"Docker-Content-Digest": "sha256:'; drop"}, "no digest"),
    ],
)
def test_what_is_no_answer_is_none_and_says_why(status: int, headers: dict[str, str], said: str) -> None:
    with listening(status, headers) as (place, _):
        found = registry.find(Image(f"{place}/you/shop", "1", ""))
    assert found.digest == ""
    assert said in found.why


def test_nobody_there() -> None:
    with listening(200, {}) as (place, _):
        pass
    assert "does not answer" in registry.find(Image(f"{place}/you/shop", "1", "")).why


@pytest.mark.parametrize(
    ("repository", "place"),
    [
        ("nginx", ("registry-1.docker.io", "library/nginx")),
        ("you/shop", ("registry-1.docker.io", "you/shop")),
        ("ghcr.io/you/shop", ("ghcr.io", "you/shop")),
        ("localhost/shop", ("localhost", "shop")),
    ],
)
def test_where_an_image_is(repository: str, place: tuple[str, str]) -> None:
    assert registry._place(repository) == place


@pytest.mark.parametrize(("name", "private"), [("10.0.0.2:5000", True), ("registry:5000", True), ("ghcr.io", False), ("1.1.1.1", False)])
def test_only_private_ones_are_asked_without_tls(name: str, private: bool) -> None:
    assert registry._private(name) is private
