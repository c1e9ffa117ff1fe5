# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is connected to the server, who waits for whom, and ending some of them. What to end is decided on the controller.

It connects by itself and not through env.py: that one waits for a migration to end, which may be what is in the way.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .errors import InsideError, first_lines, sqlstate

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from . import shapes

#: Literals of queries are people's words, and sometimes passwords: they do not leave the database.
_SESSIONS = r"""
SELECT a.pid, a.usename AS role, a.datname AS database, coalesce(a.application_name, '') AS application, coalesce(a.state, '') AS state,
  coalesce(a.backend_type, '') AS kind, coalesce(host(a.client_addr), 'socket') AS client, a.backend_start::text AS began,
  coalesce(a.state_change::text, '') AS since,
  coalesce(extract(epoch FROM clock_timestamp() - a.state_change), 0)::float AS seconds,
  coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::float AS transaction_seconds,
  coalesce(a.wait_event_type = 'Lock', false) AS waits,
  left(regexp_replace(regexp_replace(coalesce(a.query, ''), '''(?:[^'']|'''')*''?', '''…''', 'g'), '\s+', ' ', 'g'), 160) AS query,
  CASE WHEN a.wait_event_type = 'Lock' THEN pg_blocking_pids(a.pid) ELSE '{}' END AS blocked_by,
  coalesce((SELECT extract(epoch FROM clock_timestamp() - min(l.waitstart)) FROM pg_locks l WHERE l.pid = a.pid AND NOT l.granted),
           0)::float AS waits_seconds,
  EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.granted) AS advisory
FROM pg_stat_activity a WHERE a.pid <> pg_backend_pid() AND a.datid IS NOT NULL ORDER BY a.backend_start
"""
_LIMITS = """
SELECT (SELECT setting::int FROM pg_settings WHERE name = 'max_connections') AS most,
  (SELECT sum(setting::int) FROM pg_settings WHERE name LIKE '%reserved_connections')::int AS reserved
"""
#: A process number is given out again, and a session that was idle may work by now: only what was seen is ended.
_END = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE pid = :pid AND backend_start::text = :began AND (state_change::text = :since OR NOT :still)
"""


def work(request: shapes.Request) -> shapes.Sessions:
    """``request``: end, a list of {pid, began, since, still}.

    Returns sessions as they were, limits, ended (pids), refused (pid -> why).
    """
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError

    if not os.environ.get("DATABASE_URL"):
        raise InsideError("environment", "DATABASE_URL is not set in the release's environment")
    url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
    engine = create_engine(url, connect_args={"connect_timeout": 5, "application_name": "echodiary-incident"})
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            limits = _rows(connection, _LIMITS)[0]
            sessions = _rows(connection, _SESSIONS)
            ended, refused = _end(connection, request["end"])
    except SQLAlchemyError as error:
        raise InsideError("environment", f"the database cannot be asked: {first_lines(error)}", sqlstate=sqlstate(error)) from error
    finally:
        engine.dispose()
    return {"sessions": sessions, "limits": limits, "ended": ended, "refused": refused}


def _rows(connection: Connection, query: str) -> list[Any]:
    """Dictionaries, with what the query selects."""
    from sqlalchemy import text

    return [dict(row) for row in connection.execute(text(query)).mappings()]


def _end(connection: Connection, wanted: list[shapes.Session]) -> tuple[list[int], dict[str, str]]:
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    ended, refused = [], {}
    for one in wanted:
        try:
            rows = connection.execute(text(_END), one).scalars().all()
        except SQLAlchemyError as error:
            refused[str(one["pid"])] = first_lines(error)
            continue
        if rows and rows[0]:
            ended.append(one["pid"])
    return ended, refused
