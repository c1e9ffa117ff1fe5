# SPDX-License-Identifier: GPL-3.0-or-later
"""SCRAM-SHA-256 (RFC 5802, 7677): how a password is proved, and what the server keeps in its place. Pure but for its random numbers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from .errors import DatabaseError

MECHANISM = "SCRAM-SHA-256"
ITERATIONS = 4096
#: no channel binding
_HEADER = "n,,"


def verifier(password: str, salt: bytes = b"") -> str:
    """What the server stores: whoever reads its log, or its catalogue, has no password."""
    salt = salt or secrets.token_bytes(16)
    client, server = _keys(password, salt, ITERATIONS)
    return f"{MECHANISM}${ITERATIONS}:{_text(salt)}${_text(hashlib.sha256(client).digest())}:{_text(server)}"


class Proof:
    """One login: ``first``, then ``final`` with the server's challenge, then ``check`` with what it says in the end."""

    def __init__(self, password: str, nonce: str = "") -> None:
        self._password, self._nonce, self._server = password, nonce or secrets.token_urlsafe(18), ""

    def first(self) -> str:
        return _HEADER + self._bare()

    def final(self, challenge: str) -> str:
        told = dict(part.split("=", 1) for part in challenge.split(","))
        if not told["r"].startswith(self._nonce):
            raise DatabaseError("the server answers somebody else's login; see what is between it and this host")
        client, server = _keys(self._password, base64.b64decode(told["s"]), int(told["i"]))
        without = f"c={_text(_HEADER.encode())},r={told['r']}"
        message = f"{self._bare()},{challenge},{without}".encode()
        self._server = _text(_hash(server, message))
        signature = _hash(hashlib.sha256(client).digest(), message)
        return f"{without},p={_text(bytes(a ^ b for a, b in zip(client, signature)))}"

    def check(self, said: str) -> None:
        if not hmac.compare_digest(said, f"v={self._server}"):
            raise DatabaseError("the server does not know the password that it was asked with; see what is between it and this host")

    def _bare(self) -> str:
        return f"n=,r={self._nonce}"


def _keys(password: str, salt: bytes, iterations: int) -> tuple[bytes, bytes]:
    """What the client and the server prove that they know."""
    if not password.isascii():
        raise DatabaseError("a password has characters beyond ASCII, which servers and clients read in more than one way; take another one")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    return _hash(salted, b"Client Key"), _hash(salted, b"Server Key")


def _hash(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, "sha256").digest()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
