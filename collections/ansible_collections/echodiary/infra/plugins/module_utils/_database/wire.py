# SPDX-License-Identifier: GPL-3.0-or-later
"""One session with PostgreSQL, by its protocol (version 3): TLS as it is asked for, SCRAM, statements one after the other.

What is not needed here is not here: no parameters, no cursors, no types. An answer is rows of text.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from typing import TYPE_CHECKING, Optional

from . import scram
from .errors import DatabaseError

if TYPE_CHECKING:
    from types import TracebackType

    from .shapes import Login, Server

Row = tuple[Optional[str], ...]
_VERSION, _TLS = 196608, 80877103
#: how long the server may take to take us in, and for a statement (s)
_CONNECT, _ANSWER = 10.0, 120.0
_NAME = "echodiary.infra.database_roles"


class Session:
    """Use as a context manager. ``version``: 17 of 17.4."""

    def __init__(self, server: Server, login: Login, database: str) -> None:
        self.version = 0
        self._where = f"{server['host']}:{server['port']}"
        self._socket = _connected(server, self._where)
        self._read = self._socket.makefile("rb")
        try:
            self._begin(login, database)
        except (OSError, DatabaseError):
            self.close()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_details: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._send(b"X", b"")
        self._read.close()
        self._socket.close()

    def wait(self, seconds: float) -> None:
        """How long a statement may take, from now on."""
        self._socket.settimeout(seconds)

    def run(self, statement: str) -> list[Row]:
        """Rows of its last answer. DatabaseError with what PostgreSQL says, and never the statement, which may hold a verifier."""
        try:
            self._send(b"Q", statement.encode() + b"\0")
            return self._rows()
        except OSError as error:
            raise DatabaseError(f"{self._where} went away: {error}; nothing of what was not committed is kept: run again") from None

    def _begin(self, login: Login, database: str) -> None:
        given = {"user": login["user"], "database": database, "application_name": _NAME, "client_encoding": "UTF8"}
        words = b"".join(f"{key}\0{value}\0".encode() for key, value in given.items())
        self._send(b"", struct.pack("!i", _VERSION) + words + b"\0")
        proof = scram.Proof(login["password"])
        while True:
            kind, body = self._message()
            if kind == b"R":
                self._prove(proof, struct.unpack("!i", body[:4])[0], body[4:])
            elif kind == b"S" and body.startswith(b"server_version\0"):
                self.version = int(body.split(b"\0")[1].split(b".")[0].split()[0])
            elif kind == b"E":
                raise _told(body, f"{login['user']} cannot log in at {self._where}: ")
            elif kind == b"Z":
                return

    def _prove(self, proof: scram.Proof, step: int, told: bytes) -> None:
        if step == 10:
            first = proof.first().encode()
            self._send(b"p", scram.MECHANISM.encode() + b"\0" + struct.pack("!i", len(first)) + first)
        elif step == 11:
            self._send(b"p", proof.final(told.decode()).encode())
        elif step == 12:
            proof.check(told.decode())
        elif step:
            raise DatabaseError(f"{self._where} wants a password in another way than SCRAM; set password_encryption = scram-sha-256 there")

    def _rows(self) -> list[Row]:
        rows: list[Row] = []
        wrong: DatabaseError | None = None
        while True:
            kind, body = self._message()
            if kind == b"T":
                rows = []
            elif kind == b"D":
                rows.append(_row(body))
            elif kind == b"E":
                wrong = _told(body)
            elif kind == b"Z":
                if wrong:
                    raise wrong
                return rows

    def _send(self, kind: bytes, body: bytes) -> None:
        self._socket.sendall(kind + struct.pack("!i", len(body) + 4) + body)

    def _message(self) -> tuple[bytes, bytes]:
        head = self._read.read(5)
        if len(head) < 5:
            raise OSError("the connection was closed")
        body = self._read.read(struct.unpack("!i", head[1:])[0] - 4)
        return head[:1], body


def _connected(server: Server, where: str) -> socket.socket:
    try:
        plain = _local(server) if server["host"].startswith("/") else socket.create_connection((server["host"], server["port"]), _CONNECT)
        plain.settimeout(_ANSWER)
        return plain if server["sslmode"] == "disable" else _encrypted(plain, server, where)
    except OSError as error:
        raise DatabaseError(f"{where} cannot be reached from this host: {error}; see the address, the security group and TLS") from None


def _local(server: Server) -> socket.socket:
    """As libpq reads a host that is a path: the directory of the server's socket."""
    plain = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        plain.settimeout(_CONNECT)
        plain.connect(f"{server['host']}/.s.PGSQL.{server['port']}")
    except OSError:
        plain.close()
        raise
    return plain


def _encrypted(plain: socket.socket, server: Server, where: str) -> socket.socket:
    plain.sendall(struct.pack("!ii", 8, _TLS))
    if plain.recv(1) != b"S":
        if server["sslmode"] in ("allow", "prefer"):
            return plain
        raise DatabaseError(f"{where} speaks no TLS, and sslmode is {server['sslmode']}")
    return context(server).wrap_socket(plain, server_hostname=server["host"])


def context(server: Server) -> ssl.SSLContext:
    """As libpq reads ``sslmode``."""
    if not server["sslmode"].startswith("verify-"):
        found = ssl.create_default_context()
        found.check_hostname, found.verify_mode = False, ssl.CERT_NONE
        return found
    if not server["ca_certificate"]:
        raise DatabaseError(f"sslmode is {server['sslmode']}, which needs roles: ca_certificate, the authority's PEM text")
    found = ssl.create_default_context(cadata=server["ca_certificate"])
    found.check_hostname = server["sslmode"] == "verify-full"
    return found


def _row(body: bytes) -> Row:
    values: list[str | None] = []
    at = 2
    for _ in range(struct.unpack("!h", body[:2])[0]):
        size = struct.unpack("!i", body[at : at + 4])[0]
        values.append(None if size < 0 else body[at + 4 : at + 4 + size].decode())
        at += 4 + max(size, 0)
    return tuple(values)


def _told(body: bytes, before: str = "") -> DatabaseError:
    fields = {part[:1]: part[1:].decode(errors="replace") for part in body.split(b"\0") if part}
    more = f" ({fields[b'D']})" if b"D" in fields else ""
    return DatabaseError(f"{before}{fields.get(b'M', 'no message')}{more}", fields.get(b"C", ""))
