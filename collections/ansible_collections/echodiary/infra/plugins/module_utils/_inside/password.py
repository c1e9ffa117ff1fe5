# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives a role a password, or takes it away. The password itself stays here: the server, and its log, get its SCRAM verifier."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .errors import InsideError, first_lines, sqlstate

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from . import shapes

REFUSED = ("28P01", "28000")


def work(request: shapes.Request) -> shapes.Changed:
    """``request``: role, password (empty takes it away), look (change nothing). Returns changed."""
    from sqlalchemy.engine import make_url

    if not os.environ.get("DATABASE_URL"):
        raise InsideError("environment", "DATABASE_URL is not set in the release's environment")
    url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
    role, password = request["role"], request["password"]
    if password and _opens(url, role, password):
        return {"changed": False}
    _alter(url, role, password, request["look"])
    if password and not request["look"] and not _opens(url, role, password):
        raise InsideError("environment", f"role {role} has a new password, and cannot log in with it; see pg_hba.conf")
    return {"changed": True}


def _opens(url: URL, role: str, password: str) -> bool:
    import psycopg

    try:
        psycopg.connect(_conninfo(url.set(username=role, password=password)), connect_timeout=5).close()
    except psycopg.OperationalError as error:
        if error.sqlstate in REFUSED or "password authentication failed" in str(error) or "is not permitted to log in" in str(error):
            return False
        raise InsideError("environment", f"the database cannot be asked: {first_lines(error)}", sqlstate=sqlstate(error)) from error
    return True


def _conninfo(url: URL) -> str:
    return str(url.set(drivername="postgresql").render_as_string(hide_password=False))


def _alter(url: URL, role: str, password: str, look: bool) -> None:
    import psycopg
    from psycopg import sql

    try:
        with psycopg.connect(_conninfo(url), connect_timeout=5, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolcanlogin", [role]).fetchone():
                raise InsideError("environment", f"there is no login role {role}; make it first (docs/operations.md)")
            if look:
                return
            verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode() if password else None
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier)))
    except psycopg.Error as error:
        raise InsideError("environment", f"role {role}: {first_lines(error)}", sqlstate=sqlstate(error)) from error
