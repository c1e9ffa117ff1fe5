# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps one after the other: a short line for each, everything else in a log; who fails says what to look at."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from lab.errors import LabError

_TAIL = 12
_WIDTH = 34


class Step(NamedTuple):
    """``does`` returns what is worth to be told."""

    title: str
    does: Callable[[], str]


class Runner:
    def __init__(self, root: Path, log: Path, environment: Mapping[str, str]) -> None:
        self.root, self.log, self.environment = root, log, {**os.environ, **environment}
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("", encoding="utf-8")

    def run(self, command: str) -> str:
        """The output of a shell's command. LabError where it fails: its last lines, and the log."""
        with self._noted(command) as output:
            done = subprocess.run(["bash", "-c", command], cwd=self.root, env=self.environment, stdout=output, stderr=subprocess.STDOUT)
        said = self.log.read_text(encoding="utf-8", errors="replace").rpartition(f"$ {command}\n")[2]
        if done.returncode:
            tail = "\n".join(f"    {line}" for line in said.strip().splitlines()[-_TAIL:])
            raise LabError(f"'{command}' ended with {done.returncode}:\n{tail}\n  all of it: {self.log}")
        return said

    @contextmanager
    def beside(self, command: Sequence[str]) -> Iterator[None]:
        """Runs while what is inside runs."""
        with (
            self._noted(" ".join(command)) as output,
            subprocess.Popen(command, cwd=self.root, env=self.environment, stdout=output, stderr=subprocess.STDOUT) as process,
        ):
            try:
                yield
            finally:
                process.terminate()

    @contextmanager
    def _noted(self, command: str) -> Iterator[int]:
        with self.log.open("a", encoding="utf-8") as output:
            output.write(f"$ {command}\n")
            output.flush()
            yield output.fileno()


def play(steps: Sequence[Step], runner: Runner) -> None:
    """A line for each step when it is over, with what it took."""
    began = time.monotonic()
    for number, step in enumerate(steps, 1):
        start = time.monotonic()
        print(f"  {number:2}/{len(steps)}  {step.title:<{_WIDTH}}", end="", flush=True)
        try:
            told = step.does()
        except LabError:
            print("failed", flush=True)
            raise
        print(f"{_span(time.monotonic() - start):>9}  {told}".rstrip(), flush=True)
    print(f"\n  {_span(time.monotonic() - began)} in all, everything that was said: {runner.log}")


def expect(said: str, *wanted: str) -> None:
    """LabError where something is not said."""
    missing = [one for one in wanted if one not in said]
    if missing:
        raise LabError(f"the last command succeeded, and did not say '{missing[0]}'")


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
