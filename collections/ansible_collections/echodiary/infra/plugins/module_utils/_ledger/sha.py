# SPDX-License-Identifier: GPL-3.0-or-later
"""SHA-256 of what is short, from where no OpenSSL has to be loaded: that takes a host a twentieth of a quiet check.

What is long is digested several times as fast by OpenSSL, as ``hashlib`` does.
"""

from __future__ import annotations


def sha256(content: bytes) -> str:
    """In hexadecimal digits."""
    try:
        # what hashlib takes where there is no OpenSSL
        from _sha2 import sha256  # type: ignore[import-not-found,unused-ignore]
    except ImportError:  # Python before 3.12
        from hashlib import sha256
    digits: str = sha256(content).hexdigest()
    return digits
