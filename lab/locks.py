# SPDX-License-Identifier: GPL-3.0-or-later
"""Two commands at once must not build the same image or take the same address."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def machine_wide(name: str) -> Iterator[None]:
    """Holds the lock `name` for everybody on this machine; says so once when it has to wait."""
    path = Path(tempfile.gettempdir()) / f"echodiary-lab-{name}.lock"
    handle = _open(path)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"  waiting for another lab command ({path.name}) …", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY)  # another user's file in a sticky directory may not be opened for writing
    except FileNotFoundError:
        return os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
