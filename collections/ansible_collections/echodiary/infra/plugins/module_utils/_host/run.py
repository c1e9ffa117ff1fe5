# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs other programs: bounded in time, no shell, output as text.

By what ``subprocess`` stands on: to load all of that takes a host longer than most programs.
"""

from __future__ import annotations

import os
import select
import time
from typing import NamedTuple

from .errors import ConvergeError

#: as of timeout(1)
TIMED_OUT = 124
#: what Python passes over and programs go by (signal(7)): SIGPIPE, SIGXFSZ
_IGNORED = (13, 25)
_KILL = 9
#: between two looks whether one has ended that says no more: the first, and the longest (s)
_SHORT, _LONG = 0.0005, 0.05


class Ran(NamedTuple):
    code: int
    output: str


def run(command: list[str], timeout: float = 60) -> Ran:
    """Exit code and both streams; a program that is not there has code 127, one that outlives ``timeout`` (s) 124."""
    reader, writer = os.pipe()
    try:
        output, code = _outcome(_begun(command, writer), reader, time.monotonic() + timeout)
    except FileNotFoundError:
        return Ran(127, f"{command[0]}: not installed")
    finally:
        os.close(reader)
    if code is None:
        return Ran(TIMED_OUT, f"{command[0]}: no end after {timeout:.0f} s\n" + output.decode(errors="replace"))
    return Ran(code, output.decode(errors="replace").strip())


def _begun(command: list[str], writer: int) -> int:
    nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    streams = [nothing, *((os.POSIX_SPAWN_DUP2, writer, stream) for stream in (1, 2))]
    try:
        return os.posix_spawnp(command[0], command, os.environ, file_actions=streams, setsigdef=_IGNORED)
    finally:
        os.close(writer)


def _outcome(pid: int, reader: int, end: float) -> tuple[bytes, int | None]:
    """What it said, and its exit code; None where it had to be killed. ``end``: as of time.monotonic."""
    code = None
    try:
        output, whole = _said(reader, end)
        code = _ended(pid, end) if whole else None
    finally:
        if code is None:
            os.kill(pid, _KILL)
            os.waitpid(pid, 0)
    return output, code


def _said(reader: int, end: float) -> tuple[bytes, bool]:
    """Is that all? What it started itself may still have something to say."""
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    pieces = [b""]
    while (left := end - time.monotonic()) > 0 and poll.poll(1000 * left):
        piece = os.read(reader, 1 << 16)
        pieces.append(piece)
        if not piece:
            return b"".join(pieces), True
    return b"".join(pieces), False


def _ended(pid: int, end: float) -> int | None:
    pause = _SHORT
    while not (found := os.waitpid(pid, os.WNOHANG))[0]:
        if time.monotonic() >= end:
            return None
        time.sleep(pause)
        pause = min(2 * pause, _LONG)
    return os.waitstatus_to_exitcode(found[1])


def must(command: list[str], timeout: float = 60) -> str:
    """The output of a program that has to succeed."""
    done = run(command, timeout)
    if done.code != 0:
        raise ConvergeError(f"'{' '.join(command[:6])}' failed ({done.code}): {tail(done.output)}")
    return done.output


def tail(text: str, lines: int = 15) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])
