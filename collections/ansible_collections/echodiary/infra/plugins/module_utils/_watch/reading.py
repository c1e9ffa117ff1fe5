# SPDX-License-Identifier: GPL-3.0-or-later
"""Small files as they are now, and what is in directories; one that is not there says nothing."""

from __future__ import annotations

import functools
import os


@functools.cache
def entries(directory: str) -> list[os.DirEntry[str]]:
    """By their names. Several aspects ask for the same: it is looked at once, with what is asked of each entry, until ``cache_clear``."""
    try:
        return sorted(os.scandir(directory), key=lambda entry: entry.name)
    except OSError:
        return []


def text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as handle:
            return handle.read()
    except OSError:
        return ""


def content(path: str) -> bytes:
    try:
        with open(path, "rb") as handle:
            return handle.read()
    except OSError:
        return b""


def modified(path: str) -> float:
    """s, epoch; 0 where there is none."""
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0
