# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a login should not serve: what it owns, or may become, or is. Seen by that login itself, so that nobody else's password is needed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from .wire import Session

#: so many things are named
_MOST = 3

_LOOK = """
SELECT json_build_object('me', session_user, 'database', current_database(),
  'powers', array_remove(ARRAY[CASE WHEN me.rolsuper THEN 'SUPERUSER' END, CASE WHEN me.rolcreatedb THEN 'CREATEDB' END,
    CASE WHEN me.rolcreaterole THEN 'CREATEROLE' END, CASE WHEN me.rolreplication THEN 'REPLICATION' END,
    CASE WHEN me.rolbypassrls THEN 'BYPASSRLS' END], NULL),
  'owners', (SELECT coalesce(json_object_agg(rolname, things), '{}') FROM (
    SELECT rolname, json_agg(pg_describe_object(s.classid, s.objid, s.objsubid)) AS things
    FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid, (SELECT oid FROM pg_database WHERE datname = current_database()) here
    WHERE s.deptype = 'o' AND s.refclassid = 'pg_authid'::regclass
      AND (s.dbid = here.oid OR (s.dbid = 0 AND s.classid = 'pg_database'::regclass AND s.objid = here.oid))
      AND (r.rolname = session_user OR (NOT me.rolsuper AND pg_has_role(session_user, r.oid, 'MEMBER')))
    GROUP BY rolname) found)
) FROM pg_roles me WHERE me.rolname = session_user
"""


class Look(TypedDict):
    """``owners``: the login itself, and roles that it may become, with what they own in this database; ``powers``: its attributes."""

    me: str
    database: str
    powers: list[str]
    owners: dict[str, list[str]]


def look(session: Session) -> Look:
    ((document,),) = session.run(_LOOK)
    found: Look = json.loads(document or "{}")
    return found


def findings(seen: Look) -> Iterator[str]:
    """Pure."""
    if seen["powers"]:
        yield f"{seen['me']} has {', '.join(seen['powers'])}"
    for role, things in sorted(seen["owners"].items()):
        becomes = "" if role == seen["me"] else f"may become {role}, which "
        yield f"{seen['me']} {becomes}owns {', '.join(sorted(things)[:_MOST])}{_more(things)}"


def _more(things: list[str]) -> str:
    return f" and {len(things) - _MOST} more" if len(things) > _MOST else ""
