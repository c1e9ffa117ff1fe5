# SPDX-License-Identifier: GPL-3.0-or-later
"""One host for all tests with certificates that somebody has."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.integration.tls.authority import Authority
from tests.integration.tls.machine import Machine


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """KEEP_MACHINE=1 leaves it for a look afterwards."""
    made = Machine(tmp_path_factory.mktemp("machine"))
    try:
        made.serve()
        yield made
    finally:
        if not os.environ.get("KEEP_MACHINE"):
            made.destroy()
