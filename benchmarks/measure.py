# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs programs and takes the time: wall clock, and processor time of what was started (not of the hosts)."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.settings import ROOT, BenchError

PATIENCE = 900.0  # s, for one run


@dataclass(frozen=True)
class Took:
    """Seconds: wall clock; processor time of the started processes and their children; of the whole machine, hosts included."""

    wall: float
    cpu: float
    machine: float


class Stopwatch:
    """Processes that were waited for count; connections that stay open in the background do not."""

    def __init__(self) -> None:
        self._machine = _machine()
        self._cpu = _children()
        self._wall = time.monotonic()

    def read(self) -> Took:
        wall = time.monotonic() - self._wall
        return Took(wall, _children() - self._cpu, _machine() - self._machine)


def timed(command: Sequence[str], environment: Mapping[str, str], log: Path) -> tuple[Took, int, str]:
    """Time, exit code and standard output of one program; standard error goes to `log`."""
    with log.open("w", encoding="utf-8") as errors:
        watch = Stopwatch()
        done = subprocess.run(
            command,
            env={**_inherited(), **environment},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        took = watch.read()
    return took, done.returncode, done.stdout


def timed_together(commands: Sequence[Sequence[str]]) -> tuple[Took, list[str]]:
    """All at once; time until the last has ended, and the output of each."""
    watch = Stopwatch()
    running = [
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for command in commands
    ]
    ended = [process.communicate(timeout=PATIENCE) for process in running]
    took = watch.read()
    for process, (_, errors) in zip(running, ended, strict=True):
        if process.returncode:
            raise BenchError(f"ssh failed ({process.returncode}): {errors.strip()[-500:]}")
    return took, [output for output, _ in ended]


def _inherited() -> dict[str, str]:
    """Without the switch that keeps Python from writing bytecode: nobody shall be measured compiling what is installed."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _machine() -> float:
    """What all processors have worked since the machine booted (proc_stat(5)); idle, waiting and guests do not count."""
    fields = [int(field) for field in Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:9]]
    user, nice, system, _idle, _waiting, interrupts, soft_interrupts, _stolen = fields
    return (user + nice + system + interrupts + soft_interrupts) / os.sysconf("SC_CLK_TCK")
