# SPDX-License-Identifier: GPL-3.0-or-later
"""The release's Alembic project: its configuration, its revisions, and its env.py run to get at the database as the release does.

Whatever env.py does to connect (settings, certificates, tokens, an asynchronous driver) is done by env.py: nothing is guessed here.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

from .errors import InsideError, first_lines, sqlstate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.runtime.migration import RevisionStep
    from sqlalchemy import Connection

    from . import shapes


class Project:
    def __init__(self, path: str, section: str) -> None:
        from alembic.script import ScriptDirectory
        from alembic.util import CommandError

        if not os.path.isfile(path):
            raise InsideError(
                "environment", f"there is no {path} in {os.getcwd()}: set 'directory' to where it is, or 'config' to its name"
            )
        self.path, self.section = path, section
        try:
            self.script = ScriptDirectory.from_config(self.config())
            self.heads = sorted(self.script.get_heads())
        except (CommandError, SyntaxError, ImportError) as error:
            raise InsideError("environment", f"the revisions cannot be read: {first_lines(error)}") from error

    def config(self) -> Config:
        from alembic.config import Config

        return Config(self.path, ini_section=self.section, stdout=io.StringIO(), output_buffer=io.StringIO())

    def run(self, work: shapes.Work, **options: bool | str | None) -> None:
        """Runs env.py once; it calls ``work(heads of the database, migration context)``, whose answer is the list of steps to take."""
        from alembic.runtime.environment import EnvironmentContext

        times = []

        def once(heads: tuple[str, ...], context: MigrationContext) -> Iterable[RevisionStep]:
            times.append(1)
            if len(times) > 1:
                raise InsideError(
                    "environment", "env.py migrates several databases in one run, which is not supported: give each its own config"
                )
            return work(heads, context)

        with EnvironmentContext(self.config(), self.script, fn=once, **options):
            self.script.run_env()
        if not times:
            raise InsideError("environment", "env.py ended without calling context.run_migrations()")

    def look(self, see: shapes.See) -> None:
        """Runs env.py with nothing to migrate: ``see(heads, context)`` has the open connection."""

        def work(heads: tuple[str, ...], context: MigrationContext) -> list[RevisionStep]:
            see(heads, context)
            return []

        try:
            self.run(work, dont_mutate=True)
        except InsideError:
            raise
        except Exception as error:
            text = f"env.py failed before anything could be read: {first_lines(error)}"
            raise InsideError("environment", text, sqlstate=sqlstate(error)) from error

    def unknown(self, revisions: list[str]) -> list[str]:
        return [revision for revision in revisions if not self.knows(revision)]

    def knows(self, revision: str) -> bool:
        from alembic.util import CommandError

        try:
            return self.script.get_revision(revision) is not None
        except CommandError:
            return False


def connected(context: MigrationContext) -> Connection:
    """The connection that env.py opened. InsideError where it opened none."""
    if context.connection is None:
        raise InsideError("environment", "env.py gave Alembic no connection: it has to be able to run online")
    return context.connection
