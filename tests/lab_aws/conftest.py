# SPDX-License-Identifier: GPL-3.0-or-later
"""One imitation of AWS per file, an empty account per test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.strict.server import Server


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def aws(running: Server) -> Server:
    running.reset()
    return running
