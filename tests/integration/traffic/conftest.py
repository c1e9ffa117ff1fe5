# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of its own, so that these tests run beside those of whole releases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.release import machine


class Machine(machine.Machine):
    name, subnet, port_offset = "traffic-test", "172.30.193.0/24", "3700"

    def forget(self) -> None:
        """No component is ever released here."""
        self.nobody_asks()
        self.sh("systemctl start haproxy")


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[machine.Machine]:
    yield from machine.with_haproxy(Machine, tmp_path_factory.mktemp("machine"))
