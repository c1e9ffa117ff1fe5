# SPDX-License-Identifier: GPL-3.0-or-later
"""An edge's copy of the status page: the last good one stays, whatever the page's host answers."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests import rendering

PAGE = b"<!DOCTYPE html>\n<html>good</html>\n"


class Host:
    """Whoever makes the page. ``size``: what it says its answer is long, when that is a lie."""

    def __init__(self) -> None:
        self.status, self.text, self.size, self.url = 200, PAGE, 0, ""


@pytest.fixture
def host() -> Iterator[Host]:
    found = Host()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(found.status)
            self.send_header("Content-Length", str(found.size or len(found.text)))
            self.end_headers()
            self.wfile.write(found.text)

        log_message: Callable[..., None] = lambda *_: None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    watching = {"components": ["status_page"], "ansible_host": "10.0.0.5"}
    given: dict[str, Any] = {**rendering.FLEET["hostvars"], "mon1": watching}
    files = rendering.tree("haproxy", inventory_hostname="app1", components=rendering.APP, hostvars=given)
    place = tmp_path_factory.mktemp("program") / "edge-status"
    place.write_text(files["/usr/local/lib/echodiary/edge-status"])
    return place


def fetch(program: Path, url: str, directory: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-IB", str(program), url, str(directory)], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stderr


def test_both_languages_are_kept_for_haproxy_to_read(program: Path, host: Host, tmp_path: Path) -> None:
    assert fetch(program, host.url, tmp_path) == ""
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"en.html": PAGE, "ko.html": PAGE}
    assert (tmp_path / "en.html").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500},
        {"text": b"<!DOCTYPE html>\n<html>cut"},
        {"text": b"gateway error"},
        {"text": PAGE[:-9], "size": 2000},
        {"url": "http://127.0.0.1:9"},
    ],
)
def test_what_is_no_page_leaves_the_copy_of_before(program: Path, host: Host, tmp_path: Path, answer: dict[str, Any]) -> None:
    fetch(program, host.url, tmp_path)
    vars(host).update(answer)
    assert "the copy of before is kept" in fetch(program, host.url, tmp_path)
    assert (tmp_path / "en.html").read_bytes() == PAGE


def test_a_fleet_without_the_page_has_nothing_of_it() -> None:
    files = rendering.tree("haproxy", inventory_hostname="app1", components=rendering.APP)
    assert not [path for path in files if "status" in path]
    assert "lua.status" not in files["/etc/haproxy/haproxy.cfg"]
