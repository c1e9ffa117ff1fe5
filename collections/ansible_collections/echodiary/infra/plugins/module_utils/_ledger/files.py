# SPDX-License-Identifier: GPL-3.0-or-later
"""One writer at a time, and a reader never sees half a file. The kernel drops a lock with its process, so none goes stale."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from typing import Any

LOCK_WAIT = 10.0
_POLL = 0.02


class LedgerError(Exception):
    """One line for people: what, where, why, what to do next."""


@contextlib.contextmanager
def locked(path: str, wait: float = LOCK_WAIT) -> Iterator[None]:
    """Hold ``path``.lock. Critical sections are milliseconds, so whoever waits ``wait`` seconds has found something broken."""
    make_directories(os.path.dirname(path), 0o755)
    descriptor = os.open(path + ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not flock(descriptor, wait):
            raise LedgerError(f"{path}.lock is held for more than {wait:.0f} s; see who holds it: fuser {path}.lock")
        yield
    finally:
        os.close(descriptor)


def flock(descriptor: int, wait: float) -> bool:
    """Whether the lock of an open file was had within ``wait`` seconds; it lasts until the file is closed."""
    end = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(_POLL)


def read_json(path: str) -> Any:
    """The document, or None when there is none. Raises LedgerError for one that cannot be read."""
    try:
        with open(path, encoding="utf-8") as handle:
            return json.load(handle)
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as error:
        raise LedgerError(f"{path} is no JSON ({error})") from None


def write_json(path: str, document: Any, mode: int) -> None:
    write(path, json.dumps(document, sort_keys=True, indent=1) + "\n", mode)


def write(path: str, text: str, mode: int) -> None:
    write_bytes(path, text.encode(), mode)


def write_bytes(path: str, content: bytes, mode: int) -> None:
    """All or nothing, also when the power fails: written beside it, synced, renamed, the directory synced."""
    fresh = path + ".new"
    try:
        with naming(path):
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
            with os.fdopen(descriptor, "wb") as handle:
                os.fchmod(handle.fileno(), mode)
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
            os.rename(fresh, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(fresh)
        raise
    sync_directory(os.path.dirname(path))


@contextlib.contextmanager
def naming(path: str) -> Iterator[None]:
    """What fails on an open file, on a full disk say, names no path by itself; a temporary name says nothing to anybody."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), path) from error


def make_directories(path: str, mode: int) -> None:
    """``path`` gets ``mode`` when it is made; each new one is in its parent to stay."""
    missing: list[str] = []
    above = path
    while above and not os.path.isdir(above):
        missing.insert(0, above)
        above = os.path.dirname(above)
    os.makedirs(path, mode=mode, exist_ok=True)
    for directory in missing:
        sync_directory(os.path.dirname(directory) or ".")


def sync(path: str) -> None:
    """What was written to a file, or to a directory, stays."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        with naming(path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with naming(path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
