# SPDX-License-Identifier: GPL-3.0-or-later
"""Images by digest, and which of them stay. The Docker Engine API is played by a small server on a socket."""

from __future__ import annotations

import http.server
import json
import os
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import docker, platforms
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model
from ansible_collections.echodiary.infra.plugins.module_utils._release import images

DIGEST = "sha256:" + "ab" * 32


class Engine(socketserver.ThreadingUnixStreamServer):
    """``answers``: what is asked for -> (status, body). ``asked``: what was."""

    daemon_threads = True

    def __init__(self, path: str) -> None:
        self.answers: dict[str, tuple[int, object]] = {}
        self.asked: list[str] = []
        super().__init__(path, Handler)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Engine)
        path = unquote(self.path)
        self.server.asked.append(path)
        status, body = self.server.answers.get(path, (404, {"message": "no such thing"}))
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def address_string(self) -> str:
        return "socket"

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    path = str(tmp_path / "docker.sock")
    monkeypatch.setattr(docker, "SOCKET", path)
    with Engine(path) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ``docker`` that writes down how it is called."""
    log = tmp_path / "ran"
    log.touch()
    program = tmp_path / "bin/docker"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$*" >> {log}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    return log


@pytest.mark.parametrize(
    ("reference", "resolved"),
    [
        ("registry:5000/a/b:v1", f"registry:5000/a/b@{DIGEST}"),
        ("registry:5000/a/b", f"registry:5000/a/b@{DIGEST}"),
        ("a/b:v1.2-rc", f"a/b@{DIGEST}"),
        ("b:1", f"b@{DIGEST}"),
        ("b", f"b@{DIGEST}"),
    ],
)
def test_a_tag_becomes_the_digest_that_the_registry_has_for_it(engine: Engine, reference: str, resolved: str) -> None:
    engine.answers[f"/distribution/{reference}/json"] = (200, {"Descriptor": {"digest": DIGEST}})
    assert images.resolve(reference) == resolved


def test_a_digest_is_what_it_is_and_nobody_is_asked(engine: Engine) -> None:
    assert images.resolve(f"r:5000/a@{DIGEST}") == f"r:5000/a@{DIGEST}"
    assert engine.asked == []


def test_an_unknown_tag_is_one_line_in_the_registrys_words(engine: Engine) -> None:
    engine.answers["/distribution/a:no/json"] = (404, {"message": "manifest unknown"})
    with pytest.raises(model.ConvergeError, match=r"^unknown image a:no \(manifest unknown\); push it, or correct the tag$"):
        images.resolve("a:no")


def test_the_newest_are_kept_once_each_and_the_oldest_go(engine: Engine, ran: Path) -> None:
    assert images.keep("web", ["c:3", "b:2", "c:3", "a:1"], 2) == ["c:3", "b:2"]
    assert ran.read_text().splitlines() == [
        "tag c:3 echodiary.kept/web:3",
        "tag b:2 echodiary.kept/web:2",
        "rmi echodiary.kept/web:1 a:1",
    ]


def test_what_is_kept_already_is_left_alone(engine: Engine, ran: Path) -> None:
    engine.answers["/images/echodiary.kept/web:3/json"] = (200, {"Id": "sha256:x"})
    assert images.keep("web", ["c:3"], 5) == ["c:3"]
    assert ran.read_text() == ""


@pytest.mark.parametrize(
    ("reference", "pin"),
    [
        (f"r:5000/a/b@{DIGEST}", "echodiary.kept/web:" + "ab" * 20),
        (f"r:5000/a/b:v1@{DIGEST}", "echodiary.kept/web:" + "ab" * 20),
        ("r:5000/a/b:v1", "echodiary.kept/web:v1"),
        ("b:v1", "echodiary.kept/web:v1"),
        ("r:5000/a/b", "echodiary.kept/web:latest"),
        ("b", "echodiary.kept/web:latest"),
    ],
)
def test_pins_are_tags_that_docker_takes(reference: str, pin: str) -> None:
    assert images.pin_of("web", reference) == pin


def test_an_image_for_another_machine_is_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platforms.platform, "machine", lambda: "aarch64")
    engine.answers["/images/a:1/json"] = (200, {"Id": "sha256:x", "Architecture": "amd64"})
    with pytest.raises(model.ConvergeError, match=r"image a:1 is built for linux/amd64, this host is arm64; build it for linux/arm64"):
        images.have("a:1")


def test_of_an_image_for_other_machines_nothing_is_pulled(engine: Engine, ran: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platforms.platform, "machine", lambda: "aarch64")
    engine.answers["/distribution/a:1/json"] = (200, {"Platforms": [{"os": "linux", "architecture": "amd64"}]})
    with pytest.raises(model.ConvergeError, match=r"image a:1 is built for linux/amd64, this host is arm64"):
        images.have("a:1")
    assert ran.read_text() == ""


def test_no_room_is_found_out_before_anything_is_pulled(engine: Engine, ran: Path) -> None:
    with pytest.raises(model.ConvergeError, match=r"^disk: .* GiB are free in .*, 1000000.0 GiB are wanted; free some"):
        images.have("a:1", min_free=1_000_000)
    assert ran.read_text() == ""


def test_what_is_here_needs_no_room(engine: Engine, ran: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platforms.platform, "machine", lambda: "x86_64")
    engine.answers["/images/a:1/json"] = (200, {"Id": "sha256:x", "Architecture": "amd64"})
    images.have("a:1", min_free=1_000_000)
    assert ran.read_text() == ""
