# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that hold a key: root's alone from their first byte, and whole at every moment."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator

from .errors import TlsError


@contextlib.contextmanager
def locked(path: str) -> Iterator[None]:
    """One at a time: the kernel drops a lock with its process."""
    with open(path, "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def text(path: str) -> str:
    """Empty where there is no file."""
    try:
        with open(path, encoding="ascii", errors="replace") as handle:
            return handle.read()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise TlsError(f"{path}: {error.strerror}") from error


def write(path: str, content: str, mode: int = 0o600) -> None:
    """Beside it and renamed; on the disk before the name leads there."""
    fresh = f"{path}.{os.getpid()}.new"
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(fresh, path)
    except OSError as error:
        raise TlsError(f"{path}: {error.strerror}; is there room on the disk?") from error
