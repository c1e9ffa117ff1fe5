# SPDX-License-Identifier: GPL-3.0-or-later
"""What went wrong in a release's own Python, in one line that says what to do next. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...module_utils._inside.shapes import Blocker, Error, Index


def trouble(error: Error, place: str) -> str:
    """An error from inside the release, by its kind."""
    kind = error["kind"]
    if kind == "several_heads":
        heads = ", ".join(error["heads"])
        return f"{place} has several heads ({heads}), so there is no newest schema: 'alembic merge heads', commit, and build again"
    if kind == "no_such_revision":
        return f"{place}: {error['text']}; its newest is {', '.join(error['heads'])}: name a revision that this release contains"
    if kind == "busy":
        return f"{error['text']} after {error['waited']} s; wait for it, or end that session, then run again"
    if kind == "pooled":
        return f"{error['text']}; give migrations a direct connection to the database"
    if kind in ("moved", "unknown"):
        return f"{error['text']}; nothing was done: run again to see what is pending now"
    if kind == "failed":
        return failure(error)
    return f"{place}: {error['text']}"


def failure(error: Error) -> str:
    """A revision that failed: what, what is left of it, and what to do."""
    what = f"{error['revision'] or 'the migration'} failed: {error['text']}"
    what += f" in: {error['statement']}" if error["statement"] else ""
    what += f" (SQLSTATE {error['sqlstate']})" if error["sqlstate"] else ""
    parts = [what]
    if error["sqlstate"] == "55P03":
        last = [one for one in error["blocked"] if one["attempt"] == error["attempts"]] or error["blocked"]
        tries = f"{error['attempts']} attempt{'s' if error['attempts'] > 1 else ''}"
        parts.append(f"{tries}, blocked by {', and by '.join(map(blocker, last)) or 'a lock that was short-lived'}")
    parts.append(_left(error))
    if error["invalid_indexes"]:
        parts.append(invalid(error["invalid_indexes"]))
    return "; ".join(parts)


def _left(error: Error) -> str:
    began, now = error["began_at"], error["current"]
    if now is None:
        return "the database could not be read afterwards: run with state=current to see where it is"
    where = f"the database is still at {at(now)}" if now == began else f"the database went from {at(began)} to {at(now)}, which is kept"
    if error["outside"]:
        return f"{where}; part of {error['revision']} worked outside a transaction and may be done: look before you run it again"
    if error["sqlstate"] == "55P03":
        return f"{where}; nothing of {error['revision']} was kept: wait for the blocker or end it (pg_terminate_backend), then run again"
    return f"{where}; nothing of {error['revision'] or 'it'} was kept: mend it, build, and deploy again"


def invalid(indexes: list[Index]) -> str:
    names = ", ".join(f"{one['index']} on {one['table']}" for one in indexes)
    drops = "; ".join(f"DROP INDEX CONCURRENTLY {one['index']}" for one in indexes)
    return f"invalid index {names}: a failed build left it behind, queries do not use it and writes pay for it; {drops}, and build it again"


def blocker(one: Blocker) -> str:
    name = one["application_name"] or one["user"] or "no name"
    return f"pid {one['pid']} ({name}, {one['state'] or 'state hidden'}, {one['age']} s): {one['query'] or 'query hidden'}"


def at(revisions: list[str] | None) -> str:
    return "an unknown revision" if revisions is None else ", ".join(revisions) or "base"
