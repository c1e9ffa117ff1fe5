# SPDX-License-Identifier: GPL-3.0-or-later
"""One client, over TCP, TLS and a socket; whatever goes wrong is an answer."""

from __future__ import annotations

import http.server
import json
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import http as calls


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        said = {"path": self.path, "type": self.headers.get("Content-Type"), "body": body}
        text = b"x" * (calls.LONGEST + 10) if self.path == "/long" else json.dumps(said).encode()
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST  # noqa: N815

    def address_string(self) -> str:
        return "somebody"

    def log_message(self, *_: Any) -> None:
        pass


class OnSocket(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@pytest.fixture
def web() -> Iterator[http.server.ThreadingHTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def secure(web: http.server.ThreadingHTTPServer, tmp_path: Path) -> tuple[str, str]:
    """Its URL, and the file that says whom to trust."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
        *name,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    web.socket = context.wrap_socket(web.socket, server_side=True)
    return f"https://127.0.0.1:{web.server_port}/", str(certificate)


def test_a_document_goes_as_json(web: http.server.ThreadingHTTPServer) -> None:
    answer = calls.request("POST", f"http://127.0.0.1:{web.server_port}/a?b=c", content=calls.of_json({"d": "é"}))
    said = answer.json()
    assert (answer.status, said["path"], said["type"], json.loads(said["body"])) == (200, "/a?b=c", "application/json", {"d": "é"})


def test_redirects_are_answers_and_bodies_are_bounded(web: http.server.ThreadingHTTPServer) -> None:
    base = f"http://127.0.0.1:{web.server_port}"
    assert calls.request("GET", f"{base}/moved").status == 302
    assert len(calls.request("GET", f"{base}/long").text) == calls.LONGEST


def test_a_socket_is_asked_like_a_port(tmp_path: Path) -> None:
    server = OnSocket(str(tmp_path / "s"), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert calls.request("GET", f"unix://{tmp_path}/s:/info?x=1").json()["path"] == "/info?x=1"
    finally:
        server.shutdown()
        server.server_close()


def test_who_is_trusted_is_said(secure: tuple[str, str]) -> None:
    url, certificate = secure
    assert "CERTIFICATE_VERIFY_FAILED" in calls.request("GET", url).text
    assert calls.request("GET", url, tls=calls.Tls(ca_path=certificate)).status == 200
    assert calls.request("GET", url, tls=calls.Tls(verify=False)).status == 200


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:99999999/", "ValueError"),
        ("http://127.0.0.1:x/", "ValueError"),
        ("http://127.0.0.1:1/", "refused"),
        ("unix:///nobody/there:/x", "FileNotFoundError"),
        ("http://127.0.0.1/with space", "InvalidURL"),
    ],
)
def test_whatever_goes_wrong_is_an_answer(url: str, said: str) -> None:
    answer = calls.request("GET", url, 1.0)
    assert answer.status == 0
    assert said in answer.text


def test_a_certificate_that_is_not_there_is_an_answer() -> None:
    answer = calls.request("GET", "https://127.0.0.1:1/", 1.0, tls=calls.Tls(ca_path="/nobody/there"))
    assert (answer.status, answer.text.split(":")[0]) == (0, "FileNotFoundError")
