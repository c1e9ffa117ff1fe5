# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can be said without changing anything: where the database is, what is pending and its SQL, tables, differences."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import compare, describe, server, steps
from .errors import InsideError, first_lines
from .project import Project, connected

if TYPE_CHECKING:
    from alembic.migration import MigrationContext
    from alembic.runtime.migration import RevisionStep

    from . import shapes


class _Live(NamedTuple):
    """What env.py's connection shows; tables and differences only where they were asked for."""

    current: list[str]
    like: shapes.Like
    server: shapes.Server
    invalid_indexes: list[shapes.Index]
    schema: shapes.Tables | None
    models: shapes.Tables | None
    differences: list[shapes.Difference] | None


def read(request: shapes.Request) -> shapes.Read:
    project = Project(request["config"], request["section"])
    since = request.get("since")
    if since:
        return _without_database(project, since, request["target"])
    return look(project, request)


def look(project: Project, request: shapes.Wanted) -> shapes.Read:
    live = _live(project, request["want"])
    unknown = project.unknown(live.current)
    undecided = request.get("lenient") and len(project.heads) > 1
    described: list[shapes.Step] = []
    if request["target"] and not unknown and not undecided:
        wanted = steps.plan(project, request["target"], tuple(live.current))
        described = steps.describe(project, wanted, tuple(live.current), live.like)
    revisions = sorted(script.revision for script in project.script.walk_revisions()) if "revisions" in request["want"] else None
    return {
        "current": live.current, "heads": project.heads, "unknown": unknown, "server": live.server, "invalid_indexes": live.invalid_indexes,
        "steps": described, "schema": live.schema, "models": live.models, "differences": live.differences, "revisions": revisions,
        "version_table": live.like["version_table"], "ancestors": _ancestors(project, live.current, unknown),
    }  # fmt: skip


def _live(project: Project, want: list[str]) -> _Live:
    seen: list[_Live] = []

    def see(heads: tuple[str, ...], context: MigrationContext) -> None:
        seen.append(_shown(sorted(heads), context, want))

    project.look(see)
    return seen[0]


def _shown(current: list[str], context: MigrationContext, want: list[str]) -> _Live:
    if context.dialect.name != "postgresql":
        raise InsideError("environment", f"the database is {context.dialect.name}; only PostgreSQL is known here")
    connection = connected(context)
    return _Live(
        current,
        steps.like(context),
        {
            "version": server.version(connection),
            "database": server.scalar(connection, "SELECT current_database()"),
            "driver": connection.engine.url.drivername,
        },
        server.invalid_indexes(connection),
        describe.database(context) if "schema" in want else None,
        describe.models(context) if "models" in want else None,
        compare.differences(context) if "differences" in want else None,
    )


def _ancestors(project: Project, current: list[str], unknown: list[str]) -> list[str]:
    """Revisions that have been applied: so that an old entry of the allow-list can be told from a misspelt one."""
    known = [revision for revision in current if revision not in unknown]
    return sorted({script.revision for one in known for script in project.script.iterate_revisions(one, "base")})


def _without_database(project: Project, revision: str, target: str) -> shapes.Read:
    """For a pipeline that has none: env.py runs offline, only for the names of constraints that its metadata gives."""
    like: shapes.Like = {"dialect_name": "postgresql"}

    def see(_heads: tuple[str, ...], context: MigrationContext) -> list[RevisionStep]:
        like.update(steps.like(context))
        return []

    notes = []
    try:
        project.run(see, as_sql=True, starting_rev=None, destination_rev=None)
    except Exception as error:
        notes.append(f"env.py does not run offline, so names of constraints may differ: {first_lines(error)}")
    since: tuple[str, ...] = () if revision == "base" else (revision,)
    if project.unknown(list(since)):
        raise InsideError("no_such_revision", f"this release has no revision {revision}", heads=project.heads)
    wanted = steps.plan(project, target, since)
    return {
        "current": list(since), "heads": project.heads, "unknown": [],
        "server": {"version": 0, "database": "", "driver": ""}, "invalid_indexes": [],
        "steps": steps.describe(project, wanted, since, like), "schema": None, "models": None, "differences": None, "notes": notes,
        "version_table": like.get("version_table") or "alembic_version", "ancestors": _ancestors(project, list(since), []),
    }  # fmt: skip
