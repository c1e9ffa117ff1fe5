# SPDX-License-Identifier: GPL-3.0-or-later
"""A dump into a throw-away server, once: with its owners and its grants, whose roles are made first. Nobody can log in as one of them.

The dump goes into the server's volume, which is no place of the host's, and is taken away when it has been restored.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from .._database import quoting
from .._database.errors import DatabaseError
from . import archive, engine
from .errors import ThrowawayError
from .server import ADMINISTRATOR, DUMP, Server

#: Only what is whole has this name.
RESTORED = "restored"
_FILLING = "filling"


class Restored(NamedTuple):
    """``major``: of the server that was dumped, 0 where the archive does not say."""

    major: int
    roles: list[str]


def is_restored(server: Server) -> bool:
    try:
        with server.session("postgres") as session:
            return bool(session.run(f"SELECT FROM pg_database WHERE datname = '{RESTORED}'"))
    except DatabaseError:
        return False


def receive(server: Server, blocks: Iterable[bytes], timeout: float, *, more: bool = False) -> None:
    """``more``: after what is there already."""
    words = server.inside("sh", "-c", f"umask 077; cat {'>>' if more else '>'} {DUMP}")
    engine.must(words, timeout, "the dump cannot be written; see how much room Docker has on this host", blocks)


def digest(server: Server, timeout: float) -> str:
    return engine.must(server.inside("sha256sum", DUMP), timeout, "the dump cannot be read").split()[0]


def restore(server: Server, timeout: float) -> Restored:
    """What was received, as database ``RESTORED``."""
    schema = engine.must(server.inside("pg_restore", "--schema-only", "--file=-", DUMP), timeout, "the dump cannot be read")
    found = Restored(
        archive.major(engine.must(server.inside("pg_restore", "--list", DUMP), timeout, "the dump cannot be read")), archive.roles(schema)
    )
    with server.session("postgres") as session:
        there = {row[0] for row in session.run("SELECT rolname FROM pg_roles")}
        for name in found.roles:
            if name not in there:
                session.run(f"CREATE ROLE {quoting.name(name)}")
        session.run(f"DROP DATABASE IF EXISTS {_FILLING} WITH (FORCE)")
        session.run(f"CREATE DATABASE {_FILLING} TEMPLATE template0")
    program = ["pg_restore", "--exit-on-error", f"--jobs={min(4, os.cpu_count() or 1)}", "--username", ADMINISTRATOR]
    program += ["--host", "/tmp/socket", f"--dbname={_FILLING}", DUMP]  # noqa: S108 - of the container
    engine.must(server.inside(*program), timeout, "the dump cannot be restored; an extension has to be in the server's image")
    engine.must(server.inside("rm", DUMP), 60, "the dump cannot be removed")
    with server.session(_FILLING) as session:
        session.wait(timeout)
        session.run("ANALYZE")
    with server.session("postgres") as session:
        session.run(f"ALTER DATABASE {_FILLING} RENAME TO {RESTORED}")
    return found


def require(server: Server, sha256: str, timeout: float) -> None:
    """Refuses a dump that is not what was written."""
    if sha256 and digest(server, timeout) != sha256:
        raise ThrowawayError("the dump that arrived is not the one that was written (SHA-256); look at the disk of the host that keeps it")
