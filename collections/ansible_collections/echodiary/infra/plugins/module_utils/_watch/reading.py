# SPDX-License-Identifier: GPL-3.0-or-later
"""Small files as they are now; one that is not there says nothing."""

from __future__ import annotations

import os


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
