# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's PostgreSQL alone, and an administrator who is as little of a superuser as that of RDS."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import time
from collections.abc import Iterator
from typing import Any

import docker
import psycopg
import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._database import main

from tests.integration import lab_images

PASSWORDS = {name: secrets.token_urlsafe(24) for name in ("master", "owner", "serving", "monitor", "admin")}
_numbers = itertools.count(1)
#: PostgreSQL's own roles that RDS' administrator may give
GIVEN = "pg_monitor, pg_read_all_data, pg_read_all_stats, pg_signal_backend, pg_use_reserved_connections"


class Server:
    def __init__(self, container: Any) -> None:
        container.reload()
        self.container = container
        self.address = next(iter(container.attrs["NetworkSettings"]["Networks"].values()))["IPAddress"]

    def sql(self, query: str, database: str = "postgres") -> str:
        """As a superuser, from inside."""
        done = self.container.exec_run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", query], user="postgres")
        output = str(done.output.decode()).strip()
        assert done.exit_code == 0, output
        return output


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    container = docker.from_env().containers.run(lab_images.service("postgres"), detach=True, name=f"echodiary-roles-test-{os.getpid()}")
    try:
        end = time.monotonic() + 60
        while container.exec_run(["pg_isready", "-h", "127.0.0.1"]).exit_code:
            assert time.monotonic() < end, container.logs(tail=20).decode()
            time.sleep(0.2)
        made = Server(container)
        made.sql(
            f"CREATE ROLE master LOGIN CREATEDB CREATEROLE PASSWORD '{PASSWORDS['master']}'; GRANT {GIVEN} TO master WITH ADMIN OPTION"
        )
        yield made
    finally:
        container.remove(force=True, v=True)


class Shop:
    """A database that somebody else's tests have not: names of its own, and what is declared of it."""

    def __init__(self, server: Server) -> None:
        number = next(_numbers)
        self.server, self.name = server, f"shop{number}"
        self.owner, self.serving, self.monitor, self.admin = (f"{word}{number}" for word in ("owner", "serving", "monitor", "admin"))
        self.wanted = self._wanted()
        self.address = {"host": server.address, "port": 5432, "sslmode": "disable", "ca_certificate": ""}

    def _wanted(self) -> dict[str, Any]:
        clones = {self.owner: f"{self.owner}_clone", self.serving: f"{self.serving}_clone"}
        everybody = [name for pair in clones.items() for name in pair]
        return {
            "database": self.name,
            "maintenance_database": "postgres",
            "owner": self.owner,
            "serving": [self.serving, clones[self.serving]],
            "visitors": [self.admin, self.monitor],
            "schemas": ["public"],
            "extensions": [],
            "sessions": "^shop-api",
            "roles": [
                self.role(self.owner, "owner", ["pg_read_all_stats"]),
                self.role(clones[self.owner], "", [self.owner], acts_as=self.owner),
                self.role(self.serving, "serving"),
                self.role(clones[self.serving], "", [self.serving]),
                self.role(self.monitor, "monitor", ["pg_monitor"], connections=5),
                self.role(
                    self.admin, "admin", [*(f"{name} with admin" for name in everybody), "pg_signal_backend"],
                    exact=False, createdb=True, createrole=True,
                ),
            ],
        }  # fmt: skip

    @staticmethod
    def role(name: str, secret: str, member_of: list[str] | None = None, **more: Any) -> dict[str, Any]:
        plain = {"acts_as": "", "exact": True, "connections": -1, "createdb": False, "createrole": False}
        return {"name": name, "password": PASSWORDS.get(secret, ""), "member_of": member_of or [], **plain, **more}

    def asked(self, *, check: bool = False, state: str = "present", user: str = "master", secret: str = "master") -> dict[str, Any]:
        login = {"user": user, "password": PASSWORDS[secret]}
        manifest: Any = {"state": state, "check": check, "server": self.address, "login": login, "wanted": self.wanted}
        found: Any = main.run(manifest)
        assert not any(word in str(found) for word in PASSWORDS.values())
        return dict(found)

    def made(self, **more: Any) -> dict[str, Any]:
        found = self.asked(**more)
        assert not found["failed"], found["msg"]
        return found

    def fields(self, **more: Any) -> dict[str, tuple[Any, Any]]:
        """``resource field`` -> before and after, of a check."""
        found = self.made(check=True, **more)
        return {
            f"{one['resource']} {name}": (field["before"], field["after"])
            for one in found["changes"]
            for name, field in one["fields"].items()
        }

    def connect(self, who: str, secret: str, **more: Any) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=self.server.address, dbname=self.name, user=who, password=PASSWORDS[secret], autocommit=True, connect_timeout=5, **more
        )

    def says(self, who: str, secret: str, statement: str) -> str:
        """What that login gets for it: a first value, or PostgreSQL's refusal."""
        with contextlib.closing(self.connect(who, secret)) as connection:
            try:
                found = connection.execute(statement)  # type: ignore[call-overload]
                return str(found.fetchone()[0]) if found.description else "done"
            except psycopg.Error as error:
                return str(error).splitlines()[0]


@pytest.fixture
def shop(server: Server) -> Shop:
    return Shop(server)
