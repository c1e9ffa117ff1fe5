# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian 12 host: the same as for the tests of traffic, with the HAProxy of that age (2.6)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab import hosts
from tests.integration.release import machine
from tests.integration.traffic import conftest as traffic


class Machine(traffic.Machine):
    name, subnet, port_offset, image = "older-test", "172.30.195.0/24", "4300", hosts.OLDER


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[machine.Machine]:
    yield from machine.with_haproxy(Machine, tmp_path_factory.mktemp("machine"))
