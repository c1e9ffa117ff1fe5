# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one generator and ends it: ``python keeper.py SECONDS COMMAND …``. Standard library; a program, nobody imports it.

Its standard input is the thread that it hangs on. When whoever began it closes that, or dies in whatever way, the generator's process
group is ended, and so it is after SECONDS. Where the keeper itself is killed the kernel ends the generator.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time

#: what a generator gets to put down what it has seen (s)
GRACE = 8.0
_DEATH = 1  # PR_SET_PDEATHSIG


def main() -> int:
    end = time.monotonic() + float(sys.argv[1])
    # Only this thread ever begins one: what a fork may do is not at anybody's mercy here.
    child = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_die_with_parent)
    try:
        while child.poll() is None and time.monotonic() < end:
            if select.select([0], [], [], 0.05)[0] and not os.read(0, 1):
                break
    finally:
        _end(child)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH, signal.SIGKILL)


def _end(child: subprocess.Popen[bytes]) -> None:
    for how, wait in ((signal.SIGTERM, GRACE), (signal.SIGKILL, 5.0)):
        if child.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(wait)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(main())
