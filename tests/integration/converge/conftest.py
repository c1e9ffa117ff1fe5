# SPDX-License-Identifier: GPL-3.0-or-later
"""One host for all tests of converge: looked at while it is fresh, then converged."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.integration.converge.machine import IMAGE, Machine, Run, task


class Story(NamedTuple):
    """What happened to the host when it was new."""

    before: set[str]
    after_check: set[str]
    docker_events: str
    run: Run


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Just booted, nothing converged. KEEP_MACHINE=1 leaves it for a look afterwards."""
    machine = Machine(tmp_path_factory.mktemp("machine"))
    try:
        machine.sh(IMAGE)
        machine.sh("apt-get update -qq && su admin -c 'sudo -n true'")
        yield machine
    finally:
        if not os.environ.get("KEEP_MACHINE"):
            machine.destroy()


@pytest.fixture(scope="session")
def story(fresh: Machine) -> Story:
    before = fresh.footprint()
    since = fresh.sh("date +%s")
    run = fresh.play(task(check=True))
    after = fresh.footprint()
    events = fresh.sh(f"docker events --since {since} --until $(date +%s)")
    applied = fresh.play(task(), task(), task(check=True))
    run.tasks["machine"] += applied.tasks["machine"]
    run.output += applied.output
    return Story(before, after, events, run)


@pytest.fixture
def machine(fresh: Machine, story: Story) -> Machine:
    """The converged host; every test leaves it as declared."""
    assert not story.run[1].failed, story.run[1].msg
    return fresh
