# SPDX-License-Identifier: GPL-3.0-or-later
"""PostgreSQL servers with few connections, and an Alembic project whose role is nobody special."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.alembic.workshop import PASSWORD, Database, Project, server


class Diary(Database):
    """The application's own view: its role owns the database and no more."""

    def __init__(self, port: int) -> None:
        super().__init__(port, "diary")
        self.url = f"postgresql+psycopg://diarist:{PASSWORD}@127.0.0.1:{port}/diary"


@pytest.fixture(scope="session")
def small() -> Iterator[int]:
    """A server with 40 connections, 3 of them reserved."""
    with tempfile.TemporaryDirectory(prefix="budget-test-") as folder, server(Path(folder), "max_connections=40") as port:
        yield port


@pytest.fixture
def diary(small: int) -> Iterator[Diary]:
    keeper = Database(small, "postgres")
    keeper.run(f"CREATE ROLE diarist LOGIN PASSWORD '{PASSWORD}'", "CREATE DATABASE diary OWNER diarist")
    yield Diary(small)
    keeper.run("DROP DATABASE diary WITH (FORCE)", "DROP ROLE diarist")


@pytest.fixture
def project(diary: Diary, tmp_path: Path) -> Project:
    return Project(tmp_path / "project", diary)
