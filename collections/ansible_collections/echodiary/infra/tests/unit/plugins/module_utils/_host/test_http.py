# SPDX-License-Identifier: GPL-3.0-or-later
"""One client, over TCP, TLS and a socket; whatever goes wrong is an answer."""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
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


@pytest.fixture
def says(tmp_path: Path) -> Iterator[list[bytes]]:
    """What is said to everybody who asks at a socket, until the other end has closed."""
    said: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        listening.listen()
        threading.Thread(target=_serve, args=(listening, said), daemon=True).start()
        yield said


def _serve(listening: socket.socket, said: list[bytes]) -> None:
    """Until nobody listens any more; who asks may go before all is said."""
    while listening.fileno() >= 0:
        with contextlib.suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                for piece in said:
                    connection.sendall(piece)


WORDS = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "said",
    [
        [WORDS + b"Content-Length: 5\r\n\r\nhellothis is another answer"],
        [WORDS + b"Content-Length: 5\r\n\r\nhe", b"llo"],
        [WORDS + b"Content-Length: 9\r\n\r\nhello"],
        [WORDS + b"content-length:5\r\n\r\nhello"],
        [b"HTTP/1.0 404 No\r\n\r\nhello", b" there"],
        [b"HTTP/1.1 204\r\nContent-Length: 5\r\n\r\nhello"],
        [b"HTTP/1.1 304 Not Modified\r\n\r\n"],
        [b"HTTP/1.1 100 Continue\r\n\r\n" + WORDS + b"Content-Length: 2\r\n\r\nok"],
        [WORDS + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", b"6;x=y\r\n there\r\n0\r\nTrailer: 1\r\n\r\n"],
        [WORDS + b"Transfer-Encoding: chunked\r\n\r\n", b"f4241\r\n", b"x" * 0xF4241, b"\r\n0\r\n\r\n"],
        [WORDS + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
        [WORDS + b"\r\n\xc3\xa9\xff"],
    ],
    ids=range(12),
)
def test_plain_answers_are_understood_as_by_the_whole_client(says: list[bytes], tmp_path: Path, said: list[bytes]) -> None:
    says[:] = said
    url = f"unix://{tmp_path}/s:/x"
    assert calls.request("GET", url) == calls._of_client("GET", url, 3.0, calls.NONE, calls.STRICT)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([], "ConnectionResetError: the connection was closed without an answer"),
        ([b"HTTP/1.1 200 OK\r\nContent-"], "ConnectionResetError"),
        ([b"SSH-2.0-OpenSSH\r\n\r\n"], "ValueError: no HTTP: b'SSH-2.0-OpenSSH'"),
        ([WORDS + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel"], "ConnectionResetError: the answer was cut off"),
        ([WORDS + b"Transfer-Encoding: chunked\r\n\r\nhello\r\n"], "ValueError"),
    ],
)
def test_what_is_no_answer_is_one_that_says_so(says: list[bytes], tmp_path: Path, said: list[bytes], why: str) -> None:
    says[:] = said
    answer = calls.request("GET", f"unix://{tmp_path}/s:/x")
    assert answer.status == 0
    assert why in answer.text


def test_who_never_ends_is_not_waited_for() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        assert calls.request("GET", f"http://127.0.0.1:{deaf.getsockname()[1]}/", 0.2) == calls.Answer(0, "TimeoutError: timed out")


def test_a_name_is_asked_for_at_all_its_addresses(web: http.server.ThreadingHTTPServer) -> None:
    """localhost is ::1 as well, where nobody listens."""
    assert calls.request("GET", f"http://localhost:{web.server_port}/a?b=c").json()["path"] == "/a?b=c"
    assert "gaierror" in calls.request("GET", "http://nobody.invalid:1/").text


def test_the_head_alone_is_asked_for_by_another_name(web: http.server.ThreadingHTTPServer) -> None:
    status, headers = calls.head(f"http://127.0.0.1:{web.server_port}/moved", 3.0, "shop.example")
    assert (status, "Location: /" in headers) == (302, True)
    with pytest.raises(ValueError, match="not an address"):
        calls.head("https://127.0.0.1/", 3.0)
