# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's PostgreSQL alone, with the roles that RDS would have, and the module as playbooks run it."""

from __future__ import annotations

import itertools
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.integration import lab_images, local_play
from tests.integration.postgres import Server, waited

PASSWORDS = {name: secrets.token_urlsafe(24) for name in ("database_password", "database_admin_password")}
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    client = docker.from_env()
    image, tools = lab_images.service("postgres"), lab_images.service("postgres-client")
    container = client.containers.run(image, detach=True, name=f"echodiary-dump-test-{os.getpid()}")
    try:
        server = Server(waited(container), tools)
        server.sql(
            f"CREATE ROLE echodiary LOGIN PASSWORD '{PASSWORDS['database_password']}';"
            f"CREATE ROLE echodiary_admin LOGIN CREATEDB CREATEROLE PASSWORD '{PASSWORDS['database_admin_password']}';"
            "CREATE ROLE postgres_exporter LOGIN; GRANT pg_monitor TO postgres_exporter;"
            "GRANT echodiary TO echodiary_admin WITH ADMIN OPTION; GRANT pg_signal_backend, pg_monitor TO echodiary_admin"
        )
        server.sql("CREATE EXTENSION pg_stat_statements", "template1")
        yield server
    finally:
        container.remove(force=True, v=True)


class Diary:
    """A database of the application's with rows in it, a directory for its backups, and the module."""

    def __init__(self, server: Server, place: Path) -> None:
        self.server, self.name = server, f"diary{next(_numbers)}"
        self.directory, self.plays = place / "backups", place / "plays"
        self.plays.mkdir()
        server.sql(f"CREATE DATABASE {self.name} OWNER echodiary")
        self.sql(
            "CREATE TABLE entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL);"
            'CREATE TABLE "Odd name" (id int); CREATE INDEX ON entries (title);'
            "INSERT INTO entries (title) SELECT 'title ' || n || E'\\n\\\\.' FROM generate_series(1, 5000) n;"
            "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); INSERT INTO alembic_version VALUES ('0004')"
        )

    def sql(self, query: str, database: str | None = None) -> str:
        """As the application's own role."""
        return self.server.sql("SET ROLE echodiary; " + query, database or self.name)

    def rows(self, database: str | None = None) -> str:
        """Everything in the table, as one checksum."""
        return self.sql("SELECT count(*) || md5(string_agg(e::text, ',' ORDER BY id)) FROM entries e", database)

    def databases(self) -> set[str]:
        return set(self.server.sql(f"SELECT datname FROM pg_database WHERE datname LIKE '{self.name}%'").split())

    def task(self, state: str, **more: Any) -> dict[str, Any]:
        login = {"image": self.server.client_image, "pull": "never", "host": self.server.address, "sslmode": "disable"}
        who = {
            "created": {"user": "echodiary", "password": PASSWORDS["database_password"]},
            "restored": {"user": "echodiary_admin", "password": PASSWORDS["database_admin_password"], "owner": "echodiary"},
            "read": {},
        }[state]
        given = {"state": state, "directory": str(self.directory), "database": self.name, **login, **who, **more}
        return {"name": state, "echodiary.infra.database_dump": given}

    def play(self, state: str, *words: str, **more: Any) -> dict[str, Any]:
        played = local_play.play(self.plays, [self.task(state, **more)], "-vvv", *words)
        assert not [word for word in PASSWORDS.values() if word in played.output]
        assert state in played.task, played.output
        return played.task[state]


@pytest.fixture
def diary(server: Server, tmp_path: Path) -> Diary:
    return Diary(server, tmp_path)


@pytest.fixture
def session(server: Server) -> Callable[[str], Any]:
    """Starts a session of the application's role that stays in a database."""

    def start(database: str, role: str = "SET ROLE echodiary;") -> Any:
        name = f"stays-{next(_numbers)}"
        query = f"SET application_name = '{name}'; {role} SELECT pg_sleep(120)"
        server.container.exec_run(["psql", "-XAtq", "-d", database, "-c", query], user="postgres", detach=True)
        end = time.monotonic() + 20
        while server.sql(f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}'") == "0":
            assert time.monotonic() < end
            time.sleep(0.1)
        return name

    return start
