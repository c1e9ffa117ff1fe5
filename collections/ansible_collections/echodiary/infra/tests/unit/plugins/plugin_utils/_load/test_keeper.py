# SPDX-License-Identifier: GPL-3.0-or-later
"""With real processes: whatever becomes of who began it, nothing that sends is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._load import generators
from ansible_collections.echodiary.infra.plugins.plugin_utils._load.generators import KEEPER


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not alive(pid)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A keeper, and the process that it keeps: one that ends only when it is ended."""
    told = tmp_path / "pid"
    command = ["sh", "-c", f"echo $$ >{told}.part; mv {told}.part {told}; exec sleep 60"]
    keeper = subprocess.Popen([sys.executable, "-ISB", str(KEEPER), "30", *command], stdin=subprocess.PIPE)
    end = time.monotonic() + 10
    while not told.exists() and time.monotonic() < end:
        time.sleep(0.01)
    pid = int(told.read_text())
    assert alive(pid)
    yield keeper, pid
    keeper.kill()
    keeper.wait()
    assert gone(pid)


def test_when_its_thread_is_cut_the_generator_ends(kept: tuple[subprocess.Popen[bytes], int]) -> None:
    keeper, pid = kept
    assert keeper.stdin
    keeper.stdin.close()
    assert gone(pid)
    assert keeper.wait(5) == 128 + signal.SIGTERM


def test_when_the_keeper_is_killed_the_generator_ends(kept: tuple[subprocess.Popen[bytes], int]) -> None:
    keeper, pid = kept
    os.kill(keeper.pid, signal.SIGKILL)
    assert gone(pid)


def test_it_ends_by_itself(tmp_path: Path) -> None:
    keeper = subprocess.Popen([sys.executable, "-ISB", str(KEEPER), "0.2", "sleep", "60"], stdin=subprocess.PIPE)
    assert keeper.wait(5) == 128 + signal.SIGTERM


def test_what_it_kept_says_how_it_ended(tmp_path: Path) -> None:
    commands = [["sh", "-c", 'echo "$LOAD_RUN"; echo first >&2; echo why >&2; exit 3']]
    with generators.running(commands, 5, tmp_path, [{"LOAD_RUN": "abc"}]) as (one,):
        assert generators.wait([one]) == ""
    assert (one.keeper.returncode, one.said(), one.complaint()) == (3, "abc\n", "why")


def test_a_reason_not_to_go_on_ends_all_of_them(tmp_path: Path) -> None:
    began = time.monotonic()
    with generators.running([["sleep", "60"], ["sleep", "60"]], 60, tmp_path, [{}, {}]) as both:
        assert generators.wait(both, lambda: "enough") == "enough"
    assert time.monotonic() - began < 10
    assert [one.keeper.returncode for one in both] == [128 + signal.SIGTERM] * 2


def test_secrets_of_whoever_runs_it_are_not_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "word")
    with generators.running([["env"]], 5, tmp_path, [{}]) as (one,):
        generators.wait([one])
    assert "PATH=" in one.said() and "AWS_SECRET_ACCESS_KEY" not in one.said()
