# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL server of the tests' own, small Alembic projects made for one test, and the module's two halves without Ansible."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from ansible_collections.echodiary.infra.plugins.module_utils._host import answers
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import flow
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import options as options_of
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import host, packages
from ansible_collections.echodiary.infra.plugins.plugin_utils._inside import remote

ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "hunter2-never-seen"

ENV = """
import os
from alembic import context
from sqlalchemy import create_engine, pool
try:
    from models import metadata
except ImportError:
    metadata = None

def run():
    engine = create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, transaction_per_migration={per_migration})
        with context.begin_transaction():
            context.run_migrations()

run()
"""

ASYNC_ENV = """
import asyncio, os
from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine

def migrate(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

async def run():
    engine = create_async_engine(os.environ["DATABASE_URL"].replace("+psycopg:", "+psycopg_async:"), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()

asyncio.run(run())
"""


class Database:
    def __init__(self, port: int, name: str) -> None:
        self.port, self.name = port, name
        self.url = f"postgresql+psycopg://keeper:{PASSWORD}@127.0.0.1:{port}/{name}"

    def connect(self, **more: Any) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=self.name, user="keeper", password=PASSWORD, autocommit=True, **more
        )

    def rows(self, query: str) -> list[Any]:
        with self.connect() as connection:
            return connection.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]

    def run(self, *statements: str) -> None:
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]

    def revision(self) -> list[str]:
        if self.rows("SELECT to_regclass('alembic_version')")[0][0] is None:
            return []
        return [row[0] for row in self.rows("SELECT version_num FROM alembic_version")]

    def invalid_indexes(self) -> int:
        return int(self.rows("SELECT count(*) FROM pg_index WHERE NOT indisvalid")[0][0])


class Project:
    """``alembic.ini``, ``env.py``, ``models.py`` and revisions 0001, 0002, … in a chain."""

    def __init__(self, folder: Path, database: Database, env: str = ENV.format(per_migration=True)) -> None:
        self.folder, self.database = folder, database
        (folder / "versions").mkdir(parents=True)
        (folder / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s\nprepend_sys_path = %(here)s\npath_separator = os\n")
        (folder / "env.py").write_text(env)
        self.last: str | None = None

    def add(self, upgrade: str, downgrade: str = "pass", name: str = "", after: str | None = "last") -> str:
        """``upgrade``: Python, with ``op`` and ``sa``. Returns the revision."""
        revision = name or f"{len(list((self.folder / 'versions').glob('*.py'))) + 1:04}"
        before = self.last if after == "last" else after
        body = f"{revision!r}\nimport sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = {revision!r}, {before!r}\n"
        for function, code in (("upgrade", upgrade), ("downgrade", downgrade)):
            body += f"def {function}():\n{textwrap.indent(textwrap.dedent(code).strip(), '    ')}\n"
        (self.folder / "versions" / f"{revision}.py").write_text(body)
        self.last = revision
        return revision

    def sql(self, *statements: str, down: str = "pass") -> str:
        return self.add("\n".join(f"op.execute({statement!r})" for statement in statements), down)

    def run(self, state: str = "head", *, check: bool = False, **more: Any) -> dict[str, Any]:
        place = {"virtualenv": sys.prefix, "directory": str(self.folder), "environment": {"DATABASE_URL": self.database.url}}
        return run(state, check=check, **{**place, **more})


def run(state: str, *, check: bool = False, **given: Any) -> dict[str, Any]:
    """The whole module but its shell: real payload, real Python, real database."""
    arguments = {name: spec.get("default") for name, spec in options_of.ARGUMENTS.items()}
    assert set(given) <= set(arguments)
    allow = [{"direction": "up", **entry} for entry in given.pop("allow", [])]
    return flow.run(options_of.parse({**arguments, "state": state, **given, "allow": allow}), call, check)


def call(runs: list[dict[str, Any]]) -> dict[str, Any]:
    sent = host.payload(packages.package(remote.HOST), remote.manifest(runs))
    done = subprocess.run(["sh", "-c", host.command(sys.executable)], input=sent, capture_output=True, check=False, cwd="/")
    answer = answers.found(done.stdout.decode())
    assert answer is not None, done.stderr.decode()
    return answer


def wait_for(condition: str, probe: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if probe():
            return
        time.sleep(0.05)
    raise AssertionError(f"{condition}: not within {seconds:g} s")


@contextlib.contextmanager
def server(folder: Path, *more: str) -> Iterator[int]:
    """A cluster with passwords, so that the tests have one that must not be seen. ``more``: further settings. Yields its port."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    programs = found[-1].parent if found else Path(shutil.which("initdb") or "/absent").resolve().parent
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user = _user(folder)
    (folder / "password").write_text(PASSWORD)
    os.chmod(folder / "password", 0o644)
    make = [
        programs / "initdb",
        "-D",
        folder / "data",
        "-U",
        "keeper",
        "-A",
        "scram-sha-256",
        "--pwfile",
        folder / "password",
        "-E",
        "UTF8",
        "-N",
    ]
    subprocess.run(make, user=user, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    settings = [
        "fsync=off",
        "full_page_writes=off",
        "listen_addresses=127.0.0.1",
        f"port={port}",
        f"unix_socket_directories={folder}",
        *more,
    ]
    flags = [part for setting in settings for part in ("-c", setting)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([programs / "postgres", "-D", folder / "data", *flags], user=user, stdout=log, stderr=log)
    try:
        wait_for("PostgreSQL answers", lambda: _answers(port))
        yield port
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def _answers(port: int) -> bool:
    with contextlib.suppress(psycopg.OperationalError), Database(port, "postgres").connect():
        return True
    return False


def _user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    postgres = pwd.getpwnam("postgres")
    os.chown(folder, postgres.pw_uid, postgres.pw_gid)
    for parent in [folder, *folder.parents][:4]:
        os.chmod(parent, 0o755)
    return "postgres"
