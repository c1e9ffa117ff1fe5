# SPDX-License-Identifier: GPL-3.0-or-later
"""Real programs, as they end and as they do not."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import run


def sh(text: str, timeout: float = 10) -> run.Ran:
    return run.run(["sh", "-c", text], timeout)


@pytest.mark.parametrize(
    ("text", "code", "output"),
    [
        ("echo one; echo two >&2; exit 3", 3, "one\ntwo"),
        ("printf '  caf\\303\\251\\377 \\n'", 0, "café\ufffd"),
        ("kill -9 $$", -9, ""),
        ("cat", 0, ""),
        ("head -c 300000 /dev/zero | tr '\\0' x", 0, "x" * 300000),
        ("exec >&- 2>&-; sleep 0.1; exit 4", 4, ""),
        ("yes | head -n 1; echo ${PIPESTATUS-}", 0, "y"),
    ],
)
def test_how_a_program_ended_and_what_it_said(text: str, code: int, output: str) -> None:
    assert sh(text) == run.Ran(code, output)


def test_one_that_is_not_there() -> None:
    assert run.run(["echodiary-nobody", "x"]) == run.Ran(127, "echodiary-nobody: not installed")
    assert run.run(["/nobody/there"]).code == 127


def test_one_that_may_not_be_started_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "program").write_text("#!/bin/sh\n")
    with pytest.raises(PermissionError):
        run.run([str(tmp_path / "program")])


@pytest.mark.parametrize("text", ["echo so far; sleep 60", "exec >&- 2>&-; sleep 60", "echo so far; sleep 60 & exit 0"])
def test_one_that_does_not_end_is_ended(text: str) -> None:
    """Be it that it says nothing more, or that what it started still could."""
    began = time.monotonic()
    done = sh(text, 0.3)
    assert time.monotonic() - began < 5
    assert done.code == run.TIMED_OUT
    assert done.output.startswith("sh: no end after 0 s\n")
    assert ("so far" in done.output) == ("so far" in text)


def test_a_broken_pipe_ends_a_program_as_it_does_in_a_shell() -> None:
    """Python passes its signal over, and what it starts would go on with an error instead."""
    status = run.run(["cat", "/proc/self/status"]).output
    ignored = int(status.partition("SigIgn:")[2].split()[0], 16)
    assert not ignored & (1 << signal.SIGPIPE - 1 | 1 << signal.SIGXFSZ - 1)


def test_nothing_is_left_open() -> None:
    before = os.listdir("/proc/self/fd")
    for command in (["true"], ["echodiary-nobody"], ["sh", "-c", "sleep 60"]):
        run.run(command, 0.1)
    assert os.listdir("/proc/self/fd") == before


def test_what_has_to_succeed() -> None:
    assert run.must(["echo", "yes"]) == "yes"
    with pytest.raises(run.ConvergeError, match=r"'false' failed \(1\)"):
        run.must(["false"])
