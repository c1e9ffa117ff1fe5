# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of contents that must not be seen: whether they are the same, and nothing more. The key never leaves its host."""

from __future__ import annotations

import os

from .._ledger import files, records, sha

KEY_LENGTH = 32
#: of RFC 2104, by which it is done here: ``hmac`` would load OpenSSL
_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


def fingerprint(key: bytes, content: bytes) -> str:
    """Keyed, so that a short password cannot be guessed from the state file or a report."""
    block = key.ljust(_BLOCK, b"\0")
    inner = bytes.fromhex(sha.sha256(block.translate(_INNER) + content))
    return "hmac:" + sha.sha256(block.translate(_OUTER) + inner)[:16]


def read_key(path: str, told: list[str] | None = None) -> bytes:
    """The host's own key; a host that never converged has none, and then a throw-away one does."""
    return _kept_key(path, told) or os.urandom(KEY_LENGTH)


def ensure_key(path: str, told: list[str] | None = None) -> bytes:
    """The same, made when it is missing. A damaged one is put aside: with a part of it, secrets could be guessed."""
    kept = _kept_key(path, told)
    if kept:
        return kept
    if os.path.lexists(path):
        records.put_aside(path)
    fresh = os.urandom(KEY_LENGTH)
    files.make_directories(os.path.dirname(path), 0o700)
    files.write_bytes(path, fresh, 0o600)
    return fresh


def _kept_key(path: str, told: list[str] | None) -> bytes:
    """Empty when there is none to use."""
    try:
        with open(path, "rb") as handle:
            key = handle.read()
        fault = "" if len(key) == KEY_LENGTH else f"has {len(key)} bytes instead of {KEY_LENGTH}"
    except FileNotFoundError:
        return b""
    except OSError as error:
        key, fault = b"", f"cannot be read ({error.strerror})"
    if fault and told is not None:
        told.append(records.told(path, fault) + "; processes that read secrets count as older than their files once")
    return b"" if fault else key
