# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of the restored database, in a second or less: files are copied, which nobody may be connected to meanwhile."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from typing import NamedTuple

from .._database import quoting, scram
from .restore import RESTORED
from .server import Server

_NAME = "copy"
#: Who migrates: who owns the table that says where the schema is, else who owns most tables.
_OWNER = """
SELECT pg_get_userbyid(relowner) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'p') AND nspname NOT IN ('pg_catalog', 'information_schema') AND relowner <> to_regrole(current_user::text)
GROUP BY relowner ORDER BY bool_or(relname = 'alembic_version') DESC, count(*) DESC, 1 LIMIT 1
"""
_NOBODY = "migrator"


class Copy(NamedTuple):
    """``user`` owns it and can log in from a container that shares the server's network, with a password that nobody has had before."""

    database: str
    user: str
    password: str

    def url(self, driver: str) -> str:
        from urllib.parse import quote

        return f"{driver}://{quote(self.user, safe='')}:{self.password}@127.0.0.1:5432/{self.database}"


@contextlib.contextmanager
def made(server: Server) -> Iterator[Copy]:
    """One at a time; what a killed run left is taken away first."""
    copy = Copy(_NAME, _owner(server), secrets.token_urlsafe(24))
    with server.session("postgres") as session:
        session.wait(600)
        session.run(f"DROP DATABASE IF EXISTS {_NAME} WITH (FORCE)")
        # before 15 there is no other way
        strategy = " STRATEGY FILE_COPY" if session.version >= 15 else ""
        session.run(f"CREATE DATABASE {_NAME} TEMPLATE {RESTORED}{strategy}")
        role = quoting.name(copy.user)
        session.run(f"ALTER ROLE {role} LOGIN PASSWORD {quoting.literal(scram.verifier(copy.password))}")
        session.run(f"ALTER DATABASE {_NAME} OWNER TO {role}")
    try:
        yield copy
    finally:
        with server.session("postgres") as session:
            session.wait(600)
            session.run(f"DROP DATABASE IF EXISTS {_NAME} WITH (FORCE)")
            session.run(f"ALTER ROLE {quoting.name(copy.user)} NOLOGIN PASSWORD NULL")


def _owner(server: Server) -> str:
    with server.session(RESTORED) as session:
        rows = session.run(_OWNER)
        if rows and rows[0][0]:
            return rows[0][0]
        if not session.run(f"SELECT FROM pg_roles WHERE rolname = '{_NOBODY}'"):
            session.run(f"CREATE ROLE {_NOBODY}")
    return _NOBODY
