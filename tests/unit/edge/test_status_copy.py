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
METRIC = "edge_status_last_success_timestamp_seconds"


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


def fetch(program: Path, url: str, directory: Path, *textfiles: str) -> str:
    command = [sys.executable, "-IB", str(program), url, str(directory), *textfiles]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stderr


def told(textfiles: Path) -> int:
    """When the copy is of, as node_exporter reads it."""
    lines = (textfiles / "status.prom").read_text().splitlines()
    (value,) = (line.rsplit(" ", 1)[1] for line in lines if line.startswith(f"{METRIC} "))
    return int(value)


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


def test_of_when_the_copy_is_is_told_to_node_exporter(program: Path, host: Host, tmp_path: Path) -> None:
    """Of the older of both languages, whether or not the page was to be had."""
    textfiles, copies = tmp_path / "textfiles", tmp_path / "copies"
    textfiles.mkdir()
    fetch(program, "http://127.0.0.1:9", copies, str(textfiles))
    assert told(textfiles) == 0
    host.text = PAGE.replace(b"<html>", b"<!-- made 1796126400 -->\n<html>")
    fetch(program, host.url, copies, str(textfiles))
    assert told(textfiles) == 1_796_126_400
    fetch(program, "http://127.0.0.1:9", copies, str(textfiles))
    assert told(textfiles) == 1_796_126_400
    (copies / "ko.html").unlink()
    fetch(program, "http://127.0.0.1:9", copies, str(textfiles))
    assert told(textfiles) == 0


def test_a_host_without_node_exporter_keeps_its_copy_all_the_same(program: Path, host: Host, tmp_path: Path) -> None:
    assert fetch(program, host.url, tmp_path / "copies", str(tmp_path / "none")) == ""
    assert (tmp_path / "copies" / "en.html").read_bytes() == PAGE


def test_a_fleet_without_the_page_has_nothing_of_it() -> None:
    others = {**rendering.FLEET["hostvars"], "mon1": {"components": ["prometheus"], "ansible_host": "10.0.0.5"}}
    files = rendering.tree("haproxy", inventory_hostname="app1", components=rendering.APP, hostvars=others)
    assert not [path for path in files if "status" in path]
    assert "lua.status" not in files["/etc/haproxy/haproxy.cfg"]
