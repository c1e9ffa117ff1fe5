# SPDX-License-Identifier: GPL-3.0-or-later
"""A lease outlives no run, and is outlived by no task of one."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.integration.deploy_lock.test_deploy_lock import Lock, wait_for
from tests.integration.local_play import finish, play, start


@pytest.fixture
def lock(tmp_path: Path) -> Lock:
    return Lock(tmp_path)


def record(lock: Lock) -> dict[str, Any]:
    lease: dict[str, Any] = lock.read()["lease"]
    return lease


def renewed(lock: Lock) -> None:
    """Until the lease was renewed by somebody."""
    end = time.monotonic() + 90
    while (lease := record(lock))["renewed"] == lease["acquired"]:
        assert time.monotonic() < end, lease


def test_a_lease_is_renewed_while_one_task_takes_longer_than_it_lives(lock: Lock) -> None:
    fifo = lock.plays.parent / "until"
    os.mkfifo(fifo)
    work = {"name": "work", "ansible.builtin.command": f"cat {fifo}"}
    again = lock.task("again", state="renewed", token="{{ lease.token }}")
    running = start(lock.plays, [{"name": "deploy", "block": [lock.acquire(ttl=15), work, again], "always": [lock.release()]}])
    wait_for(lock)
    renewed(lock)
    fifo.write_text("done")
    done = finish(running)
    assert done.code == 0, done.output
    assert lock.journal() == ["acquired", "released"], "never late, and nothing renews it once it was given back"


def test_whoever_lost_the_lease_stops_before_the_next_change(lock: Lock) -> None:
    fifo = lock.plays.parent / "until"
    os.mkfifo(fifo)
    work = {"name": "work", "ansible.builtin.command": f"cat {fifo}"}
    change = {"name": "change", "ansible.builtin.file": {"path": str(lock.plays.parent / "changed"), "state": "touch"}}
    again = lock.task("again", state="renewed", token="{{ lease.token }}")
    running = start(lock.plays, [{"name": "deploy", "block": [lock.acquire(ttl=15), work, again, change], "always": [lock.release()]}])
    wait_for(lock)
    by_force = lock.task("take", state="released", force=True, reason="it hangs")
    other = play(lock.plays, [by_force, lock.acquire(owner="bob")])
    fifo.write_text("done")
    done = finish(running)
    assert done.code != 0
    assert done.task["again"]["lost"]
    assert not (lock.plays.parent / "changed").exists()
    assert record(lock)["token"] == other.task["acquire"]["token"], "what is somebody else's by now is neither renewed nor given back"


def test_nobody_renews_the_lease_of_a_run_that_was_killed(lock: Lock) -> None:
    killed = start(lock.plays, [lock.acquire(ttl=15), {"name": "work", "ansible.builtin.command": "sleep 60"}])
    wait_for(lock)
    renewed(lock)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    end = time.monotonic() + 30
    while _orphans():
        assert time.monotonic() < end, "it dies with the run"
        time.sleep(0.1)


def _orphans() -> list[Path]:
    found = [path for path in Path("/proc").glob("[0-9]*/cmdline") if b"_lease/renewer.py" in _words(path)]
    return [path for path in found if _parent(path) == 1]


def _words(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _parent(path: Path) -> int:
    try:
        return int(path.with_name("stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
