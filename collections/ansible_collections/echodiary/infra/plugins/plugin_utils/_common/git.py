# SPDX-License-Identifier: GPL-3.0-or-later
"""Git, asked. Checks may run beside other users of the same checkout, so no lock is taken only for looking."""

from __future__ import annotations

import subprocess
from pathlib import Path

TIMEOUT = 60.0


class GitFailedError(Exception):
    """One line: what was asked of git, where, and what git said."""


def ask(root: Path, *words: str, timeout: float = TIMEOUT) -> bytes:
    """What git says; GitFailedError where it says that it failed, says nothing in time (s), or is not there."""
    command = ["git", "--no-optional-locks", "-C", str(root), *words]
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as error:
        raise GitFailedError(f"git {words[0]} in {root} had no end after {timeout:.0f} s") from error
    except OSError as error:
        raise GitFailedError(f"git cannot be run: {error.strerror}; install git") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
        raise GitFailedError(f"git {words[0]} in {root} failed: {said[-1] if said else done.returncode}")
    return done.stdout
