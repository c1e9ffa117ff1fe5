# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can be said without changing anything: where the database is, what is pending and its SQL, tables, differences."""

from __future__ import annotations

from typing import Any

from . import compare, describe, server, steps
from .errors import InsideError, first_lines
from .project import Project


def read(request: dict[str, Any]) -> dict[str, Any]:
    """``request``: target (head, base, a revision, or None), since (a revision to start from without asking a database), want."""
    project = Project(request["config"], request["section"])
    if request.get("since"):
        return _without_database(project, request)
    return look(project, request)


def look(project: Project, request: dict[str, Any]) -> dict[str, Any]:
    """``want``: any of schema, models, revisions (all that the release contains), differences."""
    found: dict[str, Any] = {"schema": None, "models": None, "differences": None, "revisions": None}
    want = request["want"]

    def see(heads: Any, context: Any) -> None:
        if context.dialect.name != "postgresql":
            raise InsideError("environment", f"the database is {context.dialect.name}; only PostgreSQL is known here")
        found["current"] = sorted(heads)
        found["like"] = steps.like(context)
        found["server"] = {
            "version": server.version(context.connection),
            "database": server.scalar(context.connection, "SELECT current_database()"),
        }
        found["invalid_indexes"] = server.invalid_indexes(context.connection)
        found["schema"] = describe.database(context) if "schema" in want else None
        found["models"] = describe.models(context) if "models" in want else None
        found["differences"] = compare.differences(context) if "differences" in want else None

    project.look(see)
    like = found.pop("like")
    if "revisions" in want:
        found["revisions"] = sorted(script.revision for script in project.script.walk_revisions())
    found.update(heads=project.heads, unknown=project.unknown(found["current"]), steps=[])
    undecided = request.get("lenient") and len(project.heads) > 1
    if request["target"] and not found["unknown"] and not undecided:
        wanted = steps.plan(project, request["target"], tuple(found["current"]))
        found["steps"] = steps.describe(project, wanted, tuple(found["current"]), like)
    found.update(version_table=like["version_table"], ancestors=_ancestors(project, found["current"], found["unknown"]))
    return found


def _ancestors(project: Project, current: list[str], unknown: list[str]) -> list[str]:
    """Revisions that have been applied: so that an old entry of the allow-list can be told from a misspelt one."""
    known = [revision for revision in current if revision not in unknown]
    return sorted({script.revision for one in known for script in project.script.iterate_revisions(one, "base")})


def _without_database(project: Project, request: dict[str, Any]) -> dict[str, Any]:
    """For a pipeline that has none: env.py runs offline, only for the names of constraints that its metadata gives."""
    like: dict[str, Any] = {"dialect_name": "postgresql"}

    def see(_heads: Any, context: Any) -> list[Any]:
        like.update(steps.like(context))
        return []

    notes = []
    try:
        project.run(see, as_sql=True, starting_rev=None, destination_rev=None)
    except Exception as error:
        notes.append(f"env.py does not run offline, so names of constraints may differ: {first_lines(error)}")
    since: tuple[str, ...] = () if request["since"] == "base" else (request["since"],)
    if project.unknown(list(since)):
        raise InsideError("no_such_revision", f"this release has no revision {request['since']}", heads=project.heads)
    wanted = steps.plan(project, request["target"], since)
    return {
        "current": list(since), "heads": project.heads, "unknown": [], "server": {"version": 0, "database": ""}, "invalid_indexes": [],
        "steps": steps.describe(project, wanted, since, like), "schema": None, "models": None, "differences": None, "notes": notes,
        "version_table": like.get("version_table") or "alembic_version", "ancestors": _ancestors(project, list(since), []),
    }  # fmt: skip
