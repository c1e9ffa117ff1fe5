# SPDX-License-Identifier: GPL-3.0-or-later
"""From the database's revision to the wanted one: which steps, in which direction, and the SQL of each one alone."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from .errors import InsideError, first_lines

if TYPE_CHECKING:
    from collections.abc import Collection

    from alembic.migration import MigrationContext
    from alembic.runtime.migration import RevisionStep

    from . import shapes
    from .project import Project


def plan(project: Project, target: str, current: tuple[str, ...]) -> list[RevisionStep]:
    """``target``: head, base or a revision. Alembic's own steps, in the order in which they run."""
    script: Any = project.script
    if target == "head":
        if len(project.heads) > 1:
            raise InsideError("several_heads", "several heads", heads=project.heads)
        return list(script._upgrade_revs("head", current)) if project.heads else []
    if target == "base":
        return list(script._downgrade_revs("base", current))
    if not project.knows(target):
        raise InsideError("no_such_revision", f"this release has no revision {target}", heads=project.heads)
    wanted = script.get_revision(target).revision
    if wanted in current:
        return []
    return list(script._upgrade_revs(wanted, current)) or list(script._downgrade_revs(wanted, current))


def describe(project: Project, steps: list[RevisionStep], current: tuple[str, ...], like: shapes.Like) -> list[shapes.Step]:
    """Each step with its SQL, rendered as if the ones before it had run: what is created there must not count as new here."""
    heads = set(current)
    described: list[shapes.Step] = []
    for step in steps:
        sql, unreadable = _sql(project, step, sorted(heads), like)
        described.append(
            {
                "revision": step.revision.revision,
                "down_revision": _text(step.revision.down_revision),
                "message": step.revision.doc or "",
                "direction": "up" if step.is_upgrade else "down",
                "sql": sql,
                "unreadable": unreadable,
            }
        )
        heads = (heads - set(step.from_revisions)) | set(step.to_revisions)
    return described


def _text(revisions: str | Collection[str] | None) -> str:
    if revisions is None:
        return ""
    return revisions if isinstance(revisions, str) else ", ".join(revisions)


def _sql(project: Project, step: RevisionStep, heads: list[str], like: shapes.Like) -> tuple[str, str]:
    """The SQL and, where it cannot be had without a database (a revision that reads rows), the reason."""
    from alembic.runtime.environment import EnvironmentContext

    buffer = Script()
    context = EnvironmentContext(
        project.config(),
        project.script,
        fn=lambda _heads, _context: [step],
        as_sql=True,
        starting_rev=heads or "base",
        destination_rev=None,
    )
    try:
        with context:
            context.configure(
                output_buffer=buffer, literal_binds=True, transaction_per_migration=True, dialect_opts={"paramstyle": "named"}, **like
            )
            with context.begin_transaction():
                context.run_migrations()
    except Exception as error:
        return buffer.getvalue().strip(), first_lines(error)
    return buffer.getvalue().strip(), ""


class Script(io.StringIO):
    """Ends each statement on a line of its own where the last has a comment, which would swallow the semicolon and join two statements."""

    def write(self, text: str) -> int:
        if text.endswith(";\n\n") and "--" in text.splitlines()[-2]:
            text = text[:-3] + "\n;\n\n"
        return super().write(text)


def like(context: MigrationContext) -> shapes.Like:
    """What of env.py's configuration shapes the SQL: conventions for names, and the table that holds the revision."""
    return {
        "dialect_name": "postgresql",
        "target_metadata": context.opts.get("target_metadata"),
        "version_table": context.version_table,
        "version_table_schema": context.version_table_schema,
    }
