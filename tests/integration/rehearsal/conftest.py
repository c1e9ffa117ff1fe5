# SPDX-License-Identifier: GPL-3.0-or-later
"""One database of production, its dump of last night, and a release with migrations, for all tests here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.integration.rehearsal import workshop

ROWS = 1000


@pytest.fixture(scope="session")
def production() -> Iterator[workshop.Server]:
    server = workshop.Server()
    try:
        yield server
    finally:
        server.container.remove(force=True, v=True)


@pytest.fixture(scope="session")
def three() -> Iterator[str]:
    image = workshop.release("three", workshop.THREE)
    yield image
    docker.from_env().images.remove(image, force=True)


@pytest.fixture(scope="session")
def dumps(production: workshop.Server, three: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    production.migrate(three)
    production.fill(ROWS)
    place = tmp_path_factory.mktemp("dumps")
    production.dump(place, "night-1")
    return place


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    yield
    workshop.forget()
