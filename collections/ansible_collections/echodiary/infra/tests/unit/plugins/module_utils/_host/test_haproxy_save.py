# SPDX-License-Identifier: GPL-3.0-or-later
"""HAProxy's state for its next process: what could not be saved was not told as far as anybody builds upon it."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import haproxy


class Answering(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.rfile.readline()


@pytest.fixture
def edge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A runtime socket that agrees with everything; ``save`` is a program that a test writes."""
    monkeypatch.setattr(haproxy, "SAVE_PAUSES", (0.0, 0.0), raising=False)
    path = str(tmp_path / "admin.sock")
    with socketserver.UnixStreamServer(path, Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"socket": path, "backend": "web", "save": str(tmp_path / "save")}
        server.shutdown()


def program(edge: dict[str, str], text: str) -> Path:
    """It notes each run in the file that is returned."""
    path = Path(edge["save"])
    ran = path.with_name("ran")
    path.write_text(f"#!/bin/sh\necho >> {ran}\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return ran


def test_a_program_that_fails_fails_what_was_told(edge: dict[str, str]) -> None:
    program(edge, "echo no space left; exit 3")
    with pytest.raises(haproxy.HaproxyError, match=r"cannot be saved.* ended with 3 \(no space left\)"):
        haproxy.tell(edge, "blue", haproxy.READY)


def test_a_program_that_is_not_there_fails_it_too(edge: dict[str, str]) -> None:
    with pytest.raises(haproxy.HaproxyError, match="cannot be saved"):
        haproxy.tell(edge, "blue", haproxy.READY)


def test_one_failure_is_got_over(edge: dict[str, str]) -> None:
    ran = program(edge, 'test "$(wc -l < "${0%save}ran")" -gt 1')
    haproxy.tell(edge, "blue", haproxy.READY)
    assert ran.read_text(encoding="utf-8") == "\n\n"


def test_without_a_program_nothing_is_saved(edge: dict[str, str]) -> None:
    haproxy.tell({**edge, "save": ""}, "blue", haproxy.READY)
