# SPDX-License-Identifier: GPL-3.0-or-later
"""A host with a firewall, somebody who may ask it and somebody who may not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.integration.converge.machine import Run
from tests.integration.firewall.neighbours import Doors, Machine
from tests.waiting import eventually


class Story(NamedTuple):
    """``before``: what was open without a firewall; ``filters``: Docker's rules then."""

    before: Doors
    filters: str
    run: Run


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Just booted, with what it serves and without a firewall. KEEP_MACHINE=1 leaves it for a look afterwards."""
    machine = Machine(tmp_path_factory.mktemp("machine"))
    try:
        yield machine
    finally:
        if not os.environ.get("KEEP_MACHINE"):
            machine.destroy()


@pytest.fixture(scope="session")
def story(fresh: Machine) -> Story:
    """What was open, then the firewall: foretold, applied, and looked at again."""
    served = fresh.one(["things"])
    assert not served.failed, served.msg
    eventually(fresh.answering, what="containers answer")
    before, filters = fresh.doors(), fresh.filters()
    run = fresh.play(fresh.task(check=True), fresh.task(), fresh.task(check=True))
    return Story(before, filters, run)


@pytest.fixture
def machine(fresh: Machine, story: Story) -> Machine:
    """The converged host; every test leaves it as declared."""
    assert not story.run[1].failed, story.run[1].msg
    return fresh
