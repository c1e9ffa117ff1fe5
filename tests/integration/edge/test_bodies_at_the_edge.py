# SPDX-License-Identifier: GPL-3.0-or-later
"""A body that is too large ends at the edge, or in the application where its size is not said before."""

from __future__ import annotations

import http.client
import select
import socket
from collections.abc import Iterator

import pytest

from tests.integration.edge import edges
from tests.integration.edge.edges import Edge

LIMIT = 2 * 1024 * 1024


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with edges.running(tmp_path_factory.mktemp("edge")) as running:
        yield running


def _headers(*more: str) -> bytes:
    return "\r\n".join(("POST /entries HTTP/1.1", "Host: x", "Content-Type: application/json", *more, "", "")).encode()


def test_what_says_that_it_is_too_large_is_refused_before_it_is_sent(edge: Edge) -> None:
    answer = edge.raw(_headers(f"Content-Length: {LIMIT + 1}"))
    assert answer.status == 413
    assert str(LIMIT) in answer.text


def test_what_is_as_large_as_it_may_be_reaches_the_application(edge: Edge) -> None:
    body = b'{"title": "x", "unknown": "' + b"y" * (LIMIT - 29) + b'"}'
    assert len(body) == LIMIT
    assert edge.raw(_headers(f"Content-Length: {LIMIT}", "Connection: close") + body).status == 422


def test_what_does_not_say_its_size_is_answered_once_it_is_too_large(edge: Edge) -> None:
    part = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    with socket.create_connection(("127.0.0.1", edge.port), timeout=20) as connection:
        connection.sendall(_headers("Transfer-Encoding: chunked"))
        for _ in range(100 * LIMIT // 65536):
            connection.sendall(part)
            if select.select([connection], [], [], 0)[0]:
                break
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == 413
        assert answer.headers["X-Request-ID"], "the edge passed it on"
    assert edge.get("/health").status == 200


def test_two_lengths_that_disagree_are_no_request(edge: Edge) -> None:
    assert edge.raw(_headers("Content-Length: 5", f"Content-Length: {LIMIT * 9}") + b"12345").status == 400
    assert edge.raw(_headers("Content-Length: -1")).status == 400


def test_what_somebody_looks_for_is_in_no_log(edge: Edge) -> None:
    """A search is written in the address, and is what people write in their diaries."""
    assert edge.get("/entries?q=looked-for").status == 503, "there is no database, and HAProxy logs that"
    said = edge.logs()
    assert '"GET /entries HTTP/1.1"' in said and "looked-for" not in said
