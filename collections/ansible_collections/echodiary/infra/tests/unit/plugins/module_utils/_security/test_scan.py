# SPDX-License-Identifier: GPL-3.0-or-later
"""Against real sockets of this machine."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._security import scan

NOTHING = "/nothing"


@pytest.fixture
def listening() -> Iterator[int]:
    with contextlib.closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> int:
    with contextlib.closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        found: int = server.getsockname()[1]
    return found


def test_open_and_closed_are_told_apart(listening: int, closed: int) -> None:
    found = scan.scan("127.0.0.1", [listening, closed], 5, NOTHING)
    assert (found["open"], found["refused"], found["silent"], found["left"], found["source"]) == ([listening], 1, 0, 0, "127.0.0.1")


def test_over_ipv6() -> None:
    with contextlib.closing(socket.socket(socket.AF_INET6)) as server:
        server.bind(("::1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert scan.scan("::1", [port], 5, NOTHING)["open"] == [port]


def test_an_address_without_a_way_was_not_asked() -> None:
    found = scan.scan("2001:db8::1", [1, 2], 5, NOTHING)
    assert found["open"] == []
    assert (found["left"] == 2 and "no way leads to" in found["why"]) or found["silent"] == 2


def test_a_full_queue_says_nothing_and_is_not_open() -> None:
    with contextlib.closing(socket.socket()) as server, contextlib.ExitStack() as stack:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        port = server.getsockname()[1]
        for _ in range(3):
            waiting = stack.enter_context(contextlib.closing(socket.socket()))
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        time.sleep(0.05)
        found = scan.scan("127.0.0.1", [port], 5, NOTHING)
    assert (found["open"], found["silent"]) == ([], 1)


def test_the_host_s_memory_of_connections_is_spared(tmp_path: Path, closed: int) -> None:
    (tmp_path / "max").write_text("40\n")
    found = scan.scan("127.0.0.1", [closed] * 30, 0.3, str(tmp_path / "max"))
    assert (found["refused"], found["left"], found["why"]) == (10, 20, "it took longer than 0 s")


def test_ports_are_each_asked_once() -> None:
    assert list(scan.ports([[80, 82], [81, 83], [22, 22]])) == [22, 80, 81, 82, 83]
