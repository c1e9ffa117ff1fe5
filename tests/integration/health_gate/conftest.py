# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration import lab_images
from tests.integration.health_gate.service import Prometheus, Service


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    running = Service()
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture(scope="session")
def prometheus(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    lab_images.service("prometheus")
    place: Path = tmp_path_factory.mktemp("prometheus")
    running = Prometheus(service, place)
    try:
        running.wait()
        yield running
    finally:
        running.remove()
