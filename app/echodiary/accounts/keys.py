"""What lets somebody in: random, shown once, and known here by its hash alone."""

import hashlib
import secrets
from typing import NamedTuple


class NewToken(NamedTuple):
    text: str
    key: bytes


def new() -> NewToken:
    text = secrets.token_urlsafe(32)
    return NewToken(text, key(text))


def key(token: str) -> bytes:
    """No salt and no slowness: nobody guesses 256 random bits."""
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()


def csrf(session_token: str) -> str:
    """Belongs to one session, and says nothing of it."""
    return hashlib.sha256(b"csrf:" + session_token.encode(errors="surrogateescape")).hexdigest()
