# SPDX-License-Identifier: GPL-3.0-or-later
"""One host that keeps logs and ships its own to itself, converged by the two roles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.logs.command import Command
from tests.integration.logs.machine import Machine


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """KEEP_MACHINE=1 leaves it for a look afterwards."""
    made = Machine(tmp_path_factory.mktemp("machine"))
    try:
        # What is looked at on a fresh host: nothing is there yet.
        assert made.converge(check=True).changes
        made.converge()
        yield made
    finally:
        if not os.environ.get("KEEP_MACHINE"):
            made.destroy()


@pytest.fixture
def logs(host: Machine, tmp_path: Path) -> Command:
    return Command(host, tmp_path)
