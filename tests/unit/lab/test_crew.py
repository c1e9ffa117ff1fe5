# SPDX-License-Identifier: GPL-3.0-or-later
"""Work at the same time: dependencies hold, and a failure is raised at once."""

from __future__ import annotations

import threading
import time

import pytest

from lab.crew import Crew


def test_starters_wait_for_what_they_need() -> None:
    with Crew() as crew:
        built = crew.build(lambda: time.sleep(0.05) or "image")
        running = [crew.start(lambda n=n: f"{built.result()} {n}") for n in range(20)]
        crew.finish()
    assert [future.result() for future in running] == [f"image {n}" for n in range(20)]


def test_a_failure_does_not_wait_for_the_rest() -> None:
    release = threading.Event()

    def fail() -> None:
        raise RuntimeError("no such package")

    def work() -> None:
        with Crew() as crew:
            crew.build(release.wait, 30)
            crew.start(fail)
            crew.finish()

    began = time.monotonic()
    with pytest.raises(RuntimeError, match="no such package"):
        work()
    release.set()
    assert time.monotonic() - began < 5
