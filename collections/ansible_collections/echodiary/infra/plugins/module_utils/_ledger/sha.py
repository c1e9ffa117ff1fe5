# SPDX-License-Identifier: GPL-3.0-or-later
"""SHA-256 of what is short, from where no OpenSSL has to be loaded: that takes a host a twentieth of a quiet check.

What is long is digested several times as fast by OpenSSL, as ``hashlib`` does.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def sha256(content: bytes) -> str:
    """In hexadecimal digits."""
    digits: str = _algorithm()(content).hexdigest()
    return digits


@functools.cache
def _algorithm() -> Callable[[bytes], Any]:
    """Chosen once: Python looks for a module that is not there anew each time."""
    try:
        # what hashlib takes where there is no OpenSSL
        from _sha2 import sha256 as algorithm  # type: ignore[import-not-found,unused-ignore]
    except ImportError:  # Python before 3.12
        from hashlib import sha256 as algorithm
    chosen: Callable[[bytes], Any] = algorithm
    return chosen
