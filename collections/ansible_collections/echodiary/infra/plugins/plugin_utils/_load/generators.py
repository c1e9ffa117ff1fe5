# SPDX-License-Identifier: GPL-3.0-or-later
"""Generators under their keepers: begun together, looked at, ended together; none of them outlives whoever began it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from .._common.errors import SpecError

KEEPER = Path(__file__).with_name("keeper.py")
#: between two looks, and what a generator may take beyond its time to begin and to end (s)
LOOK, OVERTIME = 0.2, 30.0
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")


class Begun(NamedTuple):
    keeper: subprocess.Popen[bytes]
    output: Path
    trouble: Path

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    def complaint(self) -> str:
        """The last line of what it wrote where it complains."""
        lines = self.trouble.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


@contextlib.contextmanager
def running(commands: Sequence[list[str]], seconds: float, place: Path, environments: Sequence[Mapping[str, str]]) -> Iterator[list[Begun]]:
    """All of them, until the block is left. ``place``: a directory for what they say; ``environments``: what each is told beside it."""
    begun: list[Begun] = []
    try:
        for number, (command, told) in enumerate(zip(commands, environments, strict=True)):
            begun.append(_begin(command, seconds, place / f"{time.monotonic_ns()}-{number}", told))
        yield begun
    finally:
        for one in begun:
            if one.keeper.stdin:
                one.keeper.stdin.close()
        for one in begun:
            one.keeper.wait()


def _begin(command: list[str], seconds: float, place: Path, told: Mapping[str, str]) -> Begun:
    output, trouble = place.with_suffix(".out"), place.with_suffix(".err")
    environment = {**{name: os.environ[name] for name in _PASSED_ON if name in os.environ}, **told}
    with output.open("wb") as out, trouble.open("wb") as err:
        keeper = subprocess.Popen(
            [sys.executable, "-ISB", str(KEEPER), f"{seconds + OVERTIME:g}", *command],
            stdin=subprocess.PIPE, stdout=out, stderr=err, env=environment, start_new_session=True,
        )  # fmt: skip
    return Begun(keeper, output, trouble)


def wait(begun: Sequence[Begun], look: Callable[[], str] = str) -> str:
    """Until all have ended, or ``look`` says why not to go on, which is returned. SpecError where whoever wanted it is gone."""
    parent = os.getppid()
    while any(one.keeper.poll() is None for one in begun):
        if os.getppid() != parent:
            raise SpecError("ansible-playbook is gone, so the load is ended")
        why = look()
        if why:
            return why
        time.sleep(LOOK)
    return ""
