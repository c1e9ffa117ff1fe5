# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs other programs: bounded in time, no shell, output as text."""

from __future__ import annotations

import subprocess
from typing import NamedTuple

from .errors import ConvergeError

#: as of timeout(1)
TIMED_OUT = 124


class Ran(NamedTuple):
    code: int
    output: str


def run(command: list[str], timeout: float = 60, cwd: str | None = None) -> Ran:
    """Exit code and both streams; a program that is not there has code 127, one that outlives ``timeout`` (s) 124."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout, cwd=cwd, check=False
        )
    except FileNotFoundError:
        return Ran(127, f"{command[0]}: not installed")
    except subprocess.TimeoutExpired as error:
        return Ran(TIMED_OUT, f"{command[0]}: no end after {timeout:.0f} s\n" + (error.stdout or b"").decode(errors="replace"))
    return Ran(done.returncode, done.stdout.decode(errors="replace").strip())


def must(command: list[str], timeout: float = 60) -> str:
    """The output of a program that has to succeed."""
    done = run(command, timeout)
    if done.code != 0:
        raise ConvergeError(f"'{' '.join(command[:6])}' failed ({done.code}): {tail(done.output)}")
    return done.output


def tail(text: str, lines: int = 15) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])
