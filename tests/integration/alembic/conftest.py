# SPDX-License-Identifier: GPL-3.0-or-later
"""One PostgreSQL for all tests of the module, a database and a project for each."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.alembic.workshop import Database, Project, server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    with tempfile.TemporaryDirectory(prefix="alembic-test-") as folder, server(Path(folder)) as port:
        yield port


@pytest.fixture
def database(port: int) -> Database:
    name = f"test_{next(_numbers)}"
    Database(port, "postgres").run(f"CREATE DATABASE {name}")
    return Database(port, name)


@pytest.fixture
def project(database: Database, tmp_path: Path) -> Project:
    """A table with rows, migrated; tests add the revision they are about."""
    project = Project(tmp_path / "project", database)
    project.sql("CREATE TABLE entries (id bigint PRIMARY KEY, title text NOT NULL)")
    database.run(
        "CREATE TABLE entries (id bigint PRIMARY KEY, title text NOT NULL)",
        "INSERT INTO entries SELECT n, 'title ' || n FROM generate_series(1, 1000) n",
        "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)",
        "INSERT INTO alembic_version VALUES ('0001')",
    )
    return project
