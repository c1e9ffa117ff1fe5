# SPDX-License-Identifier: GPL-3.0-or-later
"""One database of production, its dump of last night, and a release with migrations, for all tests here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import docker
import pytest

from tests.integration import lab_images, object_store
from tests.integration.backup.conftest import Host, config_of
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


class Saved(NamedTuple):
    """``saves``: the host that has saved the data of ``production`` into a repository; ``reads``: another one that has only its key;
    ``dump``: what a rehearsal tells of the snapshot; ``nowhere``: a directory without dumps."""

    saves: Host
    reads: Host
    dump: dict[str, Any]
    nowhere: Path


@pytest.fixture(scope="session")
def saved(production: workshop.Server, dumps: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saved]:
    assert dumps, "the database is full by now"
    made = []

    def host(config: dict[str, Any]) -> Host:
        sockets = {"/var/run/docker.sock": {"bind": "/var/run/docker.sock", "mode": "rw"}}
        container = docker.from_env().containers.run(lab_images.restic(), ["sleep", "infinity"], volumes=sockets, detach=True, init=True)
        made.append(container)
        return Host(container, config)

    with object_store.running("rehearsal") as store:
        try:
            config = {**config_of(store, "rehearsed"), "host": "app1"}
            saves = host({**config, "jobs": {"nightly": production.job, "queue": {"kind": "redis", "hours": 1}}})
            saves.good("init")
            saves.good("run", "nightly")
            (one,) = saves.snapshots()
            dump = {"source": "program", "id": one["id"], "size": one["bytes"]}
            yield Saved(saves, host({**config, "host": "mon1", "jobs": {}}), dump, tmp_path_factory.mktemp("nowhere"))
        finally:
            for container in made:
                container.remove(force=True, v=True)


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    yield
    workshop.forget()
