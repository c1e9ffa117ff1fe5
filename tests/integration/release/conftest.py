# SPDX-License-Identifier: GPL-3.0-or-later
"""One host for all tests of releases; its HAProxy is the role's, converged once."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.integration.release.machine import Machine


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """KEEP_MACHINE=1 leaves it for a look afterwards."""
    machine = Machine(tmp_path_factory.mktemp("machine"))
    try:
        machine.bring()
        done = machine.one(["haproxy"])
        assert not done.failed, done.msg
        yield machine
    finally:
        if not os.environ.get("KEEP_MACHINE"):
            machine.destroy()
