# SPDX-License-Identifier: GPL-3.0-or-later
"""Small, bounded HTTP calls: health endpoints and metrics over TCP, the Docker Engine API over its socket.

What a quiet host asks, plain questions without a body, is spoken here: to load ``http.client`` takes it longer than all its questions.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from . import connections

if TYPE_CHECKING:
    import _socket
    import http.client
    import ssl

#: bytes of a body that are read, and at a time
LONGEST, PIECE = 1_000_000, 1 << 16
_UNIX = "unix://"
_PLAIN = re.compile(r"http://(?P<host>[\w.-]+|\[[\da-fA-F:.]+\])(?::(?P<port>\d{1,4}|[1-5]\d{4}))?(?P<target>/[!\"$-~]*)?", re.ASCII)
#: answers without a body
_EMPTY = (204, 304)


class Answer(NamedTuple):
    """``status`` 0 means nobody answered; ``text`` then says why."""

    status: int
    text: str

    def json(self) -> Any:
        try:
            return json.loads(self.text)
        except ValueError:
            return None


class Tls(NamedTuple):
    """``ca_path``: whom to trust besides those that the host does; the host's own where empty."""

    verify: bool = True
    ca_path: str = ""


class Content(NamedTuple):
    body: str | None = None
    headers: Mapping[str, str] = {}


NONE = Content()
STRICT = Tls()


def of_json(document: Any) -> Content:
    return Content(json.dumps(document), {"Content-Type": "application/json"})


def request(method: str, url: str, timeout: float = 3.0, content: Content = NONE, tls: Tls = STRICT) -> Answer:
    """One request to http://, https:// or unix://<socket path>:/<target>; redirects are answers. Whatever goes wrong is one, too."""
    try:
        asked = _plain(url, timeout) if method == "GET" and content == NONE else None
        return _answer(asked) if asked else _of_client(method, url, timeout, content, tls)
    except (OSError, ValueError) as error:
        return Answer(0, f"{type(error).__name__}: {error}")


def head(url: str, timeout: float, name: str = "") -> tuple[int, str]:
    """Status and headers of what http:// answers, asked for as ``name``. OSError, ValueError where that is nothing."""
    asked = _plain(url, timeout)
    if asked is None:
        raise ValueError(f"{url} is not an address that is asked")
    with contextlib.closing(asked.connection):
        status, headers = _head(asked._replace(host=name or asked.host), _Stream(asked.connection))
        return status, headers.decode(errors="replace")


class _Asked(NamedTuple):
    connection: _socket.socket
    host: str
    target: str


def _plain(url: str, timeout: float) -> _Asked | None:
    """None where that takes more than this file."""
    if url.startswith(_UNIX):
        path, _, target = url[len(_UNIX) :].partition(":")
        return _Asked(connections.to_file(path, timeout), "docker", target) if re.fullmatch("[!-~]+", target) else None
    found = _PLAIN.fullmatch(url)
    if not found:
        return None
    port = int(found["port"] or 80)
    connection = connections.to_port(found["host"].strip("[]"), port, timeout)
    return _Asked(connection, found["host"] if port == 80 else f"{found['host']}:{port}", found["target"] or "/")


def _answer(asked: _Asked) -> Answer:
    with contextlib.closing(asked.connection):
        stream = _Stream(asked.connection)
        status, headers = _head(asked, stream)
        body = b"" if status in _EMPTY else _body(stream, headers.lower())
        return Answer(status, body.decode(errors="replace"))


def _head(asked: _Asked, stream: _Stream) -> tuple[int, bytes]:
    """What comes before the answer itself (1xx) is passed over."""
    asked.connection.sendall(f"GET {asked.target} HTTP/1.1\r\nHost: {asked.host}\r\nAccept-Encoding: identity\r\n\r\n".encode("ascii"))
    status, headers = 100, b""
    while 100 <= status < 200:
        line, _, headers = stream.until(b"\r\n\r\n").partition(b"\r\n")
        status = _status(line)
    return status, headers


def _status(line: bytes) -> int:
    version, _, rest = line.partition(b" ")
    if not version.startswith(b"HTTP/"):
        raise ValueError(f"no HTTP: {line[:60]!r}")
    return int(rest[:3])


def _body(stream: _Stream, headers: bytes) -> bytes:
    if re.search(rb"(?m)^transfer-encoding:\s*chunked", headers):
        return b"".join(_chunks(stream))
    length = re.search(rb"(?m)^content-length:\s*(\d+)", headers)
    return stream.most(min(int(length[1]), LONGEST) if length else LONGEST)


def _chunks(stream: _Stream) -> Iterator[bytes]:
    left = LONGEST
    while left > 0 and (size := int(stream.until(b"\r\n").partition(b";")[0], 16)) > 0:
        piece = stream.most(min(size, left))
        if len(piece) < min(size, left):
            raise ConnectionResetError("the answer was cut off")
        yield piece
        left -= size
        stream.most(2)


class _Stream:
    """What comes, as long as it is asked for."""

    def __init__(self, connection: _socket.socket) -> None:
        self._connection = connection
        self._held = b""

    def until(self, mark: bytes) -> bytes:
        while mark not in self._held:
            if len(self._held) > LONGEST or not self._more():
                raise ConnectionResetError("the connection was closed without an answer")
        found, _, self._held = self._held.partition(mark)
        return found

    def most(self, size: int) -> bytes:
        """So many bytes, or what there was until its end."""
        while len(self._held) < size and self._more():
            pass
        found, self._held = self._held[:size], self._held[size:]
        return found

    def _more(self) -> bool:
        piece = self._connection.recv(PIECE)
        self._held += piece
        return bool(piece)


def _of_client(method: str, url: str, timeout: float, content: Content, tls: Tls) -> Answer:
    import http.client  # a quiet host asks nothing that takes it

    try:
        connection, target = _connection(url, timeout, tls)
        with contextlib.closing(connection):
            connection.request(method, target, content.body, dict(content.headers))
            response = connection.getresponse()
            return Answer(response.status, response.read(LONGEST).decode(errors="replace"))
    except http.client.HTTPException as error:
        return Answer(0, f"{type(error).__name__}: {error}")


def _connection(url: str, timeout: float, tls: Tls) -> tuple[http.client.HTTPConnection, str]:
    """A connection, and what is asked for there; none to a port is open yet."""
    import http.client
    from urllib.parse import urlsplit

    if url.startswith(_UNIX):
        path, _, target = url[len(_UNIX) :].partition(":")
        return _to_file(path, timeout), target
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme != "https":
        return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout), target
    return http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=timeout, context=_context(tls)), target


def _to_file(path: str, timeout: float) -> http.client.HTTPConnection:
    import http.client
    import socket

    connection = http.client.HTTPConnection("docker", timeout=timeout)
    connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.sock.settimeout(timeout)
    connection.sock.connect(path)
    return connection


def _context(tls: Tls) -> ssl.SSLContext:
    import ssl

    context = ssl.create_default_context(cafile=tls.ca_path or None)
    if not tls.verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
