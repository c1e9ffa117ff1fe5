# SPDX-License-Identifier: GPL-3.0-or-later
"""Work at the same time: dependencies hold, and a failure is raised at once."""

from __future__ import annotations

import threading
import time

import pytest

from lab.task_pool import TaskPool


def test_starters_wait_for_what_they_need() -> None:
    with TaskPool() as pool:
        built = pool.build(lambda: time.sleep(0.05) or "image")
        running = [pool.start(lambda n=n: f"{built.result()} {n}") for n in range(20)]
        pool.finish()
    assert [future.result() for future in running] == [f"image {n}" for n in range(20)]


def test_a_failure_does_not_wait_for_the_rest() -> None:
    release = threading.Event()

    def fail() -> None:
        raise RuntimeError("no such package")

    def work() -> None:
        with TaskPool() as pool:
            pool.build(release.wait, 30)
            pool.start(fail)
            pool.finish()

    began = time.monotonic()
    with pytest.raises(RuntimeError, match="no such package"):
        work()
    release.set()
    assert time.monotonic() - began < 5
