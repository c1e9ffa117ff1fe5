# SPDX-License-Identifier: GPL-3.0-or-later
"""What a process sees at a path, against what lies at another one of the host's."""

from __future__ import annotations

import os


def elsewhere(pid: int, path: str, source: str) -> bool:
    """Is it something else than at ``source``? False where that cannot be told: the process is gone, or a link leads there."""
    try:
        seen = _inside(pid, path)
    except OSError:
        return False
    try:
        return not os.path.samestat(seen, os.stat(source))
    except FileNotFoundError:
        return True


def _inside(pid: int, path: str) -> os.stat_result:
    """Part by part, since a link would lead out of where the process lives. OSError where one is in the way."""
    here = os.open(f"/proc/{pid}/root", os.O_PATH | os.O_DIRECTORY)
    try:
        for part in path.strip("/").split("/"):
            below = os.open(part, os.O_PATH | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = below
        return os.fstat(here)
    finally:
        os.close(here)
