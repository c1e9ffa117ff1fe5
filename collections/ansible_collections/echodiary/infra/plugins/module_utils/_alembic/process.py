# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one launched Python to its end: a document in, an answer out, bounded in time, and nothing left behind when the time is over."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import NamedTuple

from .errors import AlembicError
from .launch import Launch

#: how long a container may take to end when it is told to (s)
GRACE = 10


class Ended(NamedTuple):
    code: int
    output: str
    errors: str


def run(launch: Launch, document: bytes, environment: dict[str, str], timeout: float) -> Ended:
    try:
        process = subprocess.Popen(
            launch.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=launch.directory,
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        what = launch.directory if launch.directory and not os.path.isdir(launch.directory) else launch.command[0]
        raise AlembicError(f"{what}: {error.strerror}; is it installed on this host?") from error
    try:
        output, errors = process.communicate(document, timeout)
    except subprocess.TimeoutExpired:
        _end(launch, process)
        raise AlembicError(
            f"no end after {timeout:.0f} s, so it was stopped and PostgreSQL takes back what was not committed; "
            "run with --check to see where the database is, then run again with a longer 'timeout'"
        ) from None
    return Ended(process.returncode, output.decode(errors="replace"), errors.decode(errors="replace"))


def _end(launch: Launch, process: subprocess.Popen[bytes]) -> None:
    if launch.container:
        stop = ["docker", "stop", "--time", str(GRACE), launch.container]
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(
                stop, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=GRACE * 3, check=False
            )
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=GRACE)
            return
