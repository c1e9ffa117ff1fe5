# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps secrets out of everything that leaves the host: values are masked, sensitive contents become fingerprints."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Any

MASK = "«secret»"
#: shorter values would mask ordinary words all over a log
SHORTEST = 4


def mask(value: Any, secrets: list[str]) -> Any:
    """The same structure with every secret value replaced; longest first, so that no tail of one survives."""
    ordered = sorted((s for s in secrets if len(s) >= SHORTEST), key=len, reverse=True)
    return _mask(value, ordered) if ordered else value


def _mask(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, dict):
        return {_mask(key, secrets): _mask(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_mask(item, secrets) for item in value]
    return value


def fingerprint(key: bytes, content: bytes) -> str:
    """Keyed, so that a short password cannot be guessed from the state file or a report."""
    return "hmac:" + hmac.new(key, content, hashlib.sha256).hexdigest()[:16]


def read_key(path: str) -> bytes:
    """The host's own key; a host that never converged has none, and then a throw-away one does."""
    try:
        with open(path, "rb") as handle:
            return handle.read()
    except FileNotFoundError:
        return os.urandom(32)


def ensure_key(path: str) -> bytes:
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(os.urandom(32))
        os.rename(path + ".new", path)
    return read_key(path)
