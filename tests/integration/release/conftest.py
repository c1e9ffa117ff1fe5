# SPDX-License-Identifier: GPL-3.0-or-later
"""One host for all tests of releases; its HAProxy is the role's, converged once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.release import machine
from tests.integration.release.states import app, blue, green

__all__ = ["app", "blue", "green", "host"]


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[machine.Machine]:
    yield from machine.with_haproxy(machine.Machine, tmp_path_factory.mktemp("machine"))
