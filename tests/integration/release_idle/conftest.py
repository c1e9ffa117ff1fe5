# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of its own, so that these tests run beside those of releases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.release import machine
from tests.integration.release.states import app, blue, green

__all__ = ["app", "blue", "green", "host"]


class Machine(machine.Machine):
    name, subnet, port_offset = "idle-test", "172.30.199.0/24", "4300"


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[machine.Machine]:
    yield from machine.with_haproxy(Machine, tmp_path_factory.mktemp("machine"))
