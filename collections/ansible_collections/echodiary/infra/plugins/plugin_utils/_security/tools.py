# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of others that look, on the controller. One that is missing is said, with what installs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from .shapes import NotCheckedError


class Tool(NamedTuple):
    """``given``: what people say it is, a path or a name."""

    name: str
    given: str
    install: str


def found(tool: Tool) -> str:
    """Beside this Python, or on the path."""
    beside = Path(sys.executable).with_name(tool.name)
    program = str(beside) if not tool.given and os.access(beside, os.X_OK) else shutil.which(tool.given or tool.name)
    if not program:
        raise NotCheckedError(f"{tool.given or tool.name}: not installed on the controller; {tool.install}")
    return program


def run(words: list[str], seconds: float, directory: str) -> tuple[int, str]:
    """Exit code, and what it said; what it says beside comes after."""
    try:
        done = subprocess.run(words, cwd=directory, capture_output=True, text=True, errors="replace", timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise NotCheckedError(f"{Path(words[0]).name} did not end within {seconds:.0f} s") from None
    except OSError as error:
        raise NotCheckedError(f"{words[0]}: {error.strerror}") from None
    return done.returncode, done.stdout or done.stderr


def last(text: str) -> str:
    """Its last words, on one line."""
    return " ".join(text.strip().splitlines()[-1:])[-200:]
