# SPDX-License-Identifier: GPL-3.0-or-later
"""A small process beside a run: renews the run's lease while a task takes longer than the lease lives. Standard library only.

A process and no thread: Ansible forks for every task, and a thread that starts programs meanwhile may wait for a pipe that such a fork
keeps open. It dies with the run, so that a run that was killed locks nobody out for longer than its lease.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
from typing import TypedDict

#: exit code: the lease is somebody else's
LOST = 3
#: the run renewed the lease itself: wait from now on
RENEWED = signal.SIGUSR1
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class Job(TypedDict):
    """``words``: the command that renews; ``variables``: of the command line, which may hold secrets and go through a file. In seconds:
    ``every`` when it went well, ``again`` when it did not, ``deadline`` for one attempt. ``lost``: what the command says then.
    ``parent``: the run's process, which may have ended before this one could look who started it."""

    words: list[str]
    variables: dict[str, object]
    every: float
    again: float
    deadline: float
    lost: str
    parent: int


def main() -> int:
    job: Job = json.load(sys.stdin)
    # an exit that unwinds: the variables' file goes, and so does an attempt that is under way
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)
    wait = job["every"]
    while os.getppid() == job["parent"]:
        told = signal.sigtimedwait([RENEWED], wait)
        if os.getppid() != job["parent"]:
            break
        said = None if told else renew(job)
        if said is not None and job["lost"] in said:
            return LOST
        wait = job["every"] if said is None else job["again"]
    return 0


def renew(job: Job) -> str | None:
    """What was said where it could not be renewed, or None."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as variables:
        json.dump(job["variables"], variables)
        variables.flush()
        words = [*job["words"], "-e", f"@{variables.name}"]
        try:
            done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=job["deadline"], check=False)
        except (subprocess.TimeoutExpired, OSError) as error:
            return str(error)
    return None if done.returncode == 0 else done.stdout + done.stderr


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, [RENEWED])
    sys.exit(main())
