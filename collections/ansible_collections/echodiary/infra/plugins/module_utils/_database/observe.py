# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there of roles, of a database and of what it holds: read from catalogues that every login may read. Changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import quoting
from .errors import DatabaseError
from .wire import Session

if TYPE_CHECKING:
    from .shapes import Cluster, Inside, Login, Seen, Server, Wanted

#: memberships are what they are since this version
OLDEST = 16
#: the password is not the role's, or the role may not log in
_CLOSED = ("28P01", "28000")
#: PostgreSQL's own roles that may be asked for
_OWN = "pg\\_%"

_CLUSTER = """
WITH given AS (SELECT {names} AS names)
SELECT json_build_object(
  'me', current_user, 'superuser', me.rolsuper, 'createrole', me.rolcreaterole, 'createdb', me.rolcreatedb,
  'roles', (SELECT coalesce(json_object_agg(rolname, json_build_object(
      'login', rolcanlogin, 'superuser', rolsuper, 'createdb', rolcreatedb, 'createrole', rolcreaterole, 'replication', rolreplication,
      'bypassrls', rolbypassrls, 'inherit', rolinherit, 'connections', rolconnlimit,
      'acts_as', coalesce((SELECT substr(one, 6) FROM pg_db_role_setting s, unnest(s.setconfig) one
                           WHERE s.setrole = r.oid AND s.setdatabase = 0 AND one LIKE 'role=%'), ''),
      'mine', pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION'), 'usable', pg_has_role(r.oid, 'USAGE'), 'settable', pg_has_role(r.oid, 'SET'),
      'member_of', (SELECT coalesce(json_agg(json_build_object('role', pg_get_userbyid(m.roleid), 'admin', m.admin_option,
          'inherit', m.inherit_option, 'set', m.set_option, 'grantor', pg_get_userbyid(m.grantor))), '[]')
        FROM pg_auth_members m WHERE m.member = r.oid)
    )), '{{}}') FROM pg_roles r, given WHERE rolname = ANY (names)),
  'grantable', (SELECT coalesce(json_agg(rolname), '[]') FROM pg_roles
                WHERE rolname LIKE '{own}' AND pg_has_role(oid, 'MEMBER WITH ADMIN OPTION')),
  'databases', (SELECT coalesce(json_object_agg(datname, json_build_object('owner', pg_get_userbyid(datdba),
      'connect', (SELECT coalesce(json_agg(DISTINCT pg_get_userbyid(a.grantee)), '[]') FROM aclexplode(datacl) a
                  WHERE a.privilege_type = 'CONNECT' AND a.grantee <> 0))), '{{}}')
    FROM pg_database WHERE datname = {database}),
  'serving_as', (SELECT coalesce(json_agg(DISTINCT usename), '[]') FROM pg_stat_activity
                 WHERE datname = {database} AND {sessions} <> '' AND application_name ~ {sessions})
) FROM pg_roles me WHERE me.rolname = current_user
"""

_INSIDE = """
WITH given AS (SELECT {names} AS names, {schemas} AS schemas, {serving} AS serving)
SELECT json_build_object(
  'schemas', (SELECT coalesce(json_object_agg(nspname, json_build_object('owner', pg_get_userbyid(nspowner),
      'creates', coalesce((SELECT has_schema_privilege(o.oid, n.oid, 'CREATE') AND has_schema_privilege(o.oid, n.oid, 'USAGE')
                           FROM pg_roles o WHERE o.rolname = {owner}), false),
      'grants', {of_schema})), '{{}}') FROM pg_namespace n, given WHERE nspname = ANY (schemas)),
  'relations', (SELECT coalesce(json_agg(json_build_object('kind', CASE relkind WHEN 'S' THEN 'sequence' ELSE 'table' END,
      'schema', nspname, 'name', relname, 'owner', pg_get_userbyid(relowner),
      'tied', EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                      AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND relkind = 'S'),
      'grants', {of_relation}) ORDER BY nspname, relname), '[]')
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace, given
    WHERE nspname = ANY (schemas) AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')),
  'defaults', (SELECT coalesce(json_agg(json_build_object('kind', CASE defaclobjtype WHEN 'S' THEN 'sequence' ELSE 'table' END,
      'schema', nspname, 'grants', {of_default})), '[]')
    FROM pg_default_acl d JOIN pg_namespace n ON n.oid = defaclnamespace, given
    WHERE nspname = ANY (schemas) AND defaclobjtype IN ('r', 'S') AND pg_get_userbyid(defaclrole) = {owner}),
  'extensions', (SELECT coalesce(json_agg(extname), '[]') FROM pg_extension),
  'owns', (SELECT coalesce(json_object_agg(rolname, things), '{{}}') FROM (
      SELECT rolname, json_agg(pg_describe_object(s.classid, s.objid, s.objsubid)) AS things
      FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid, given
      WHERE s.deptype = 'o' AND s.refclassid = 'pg_authid'::regclass AND rolname = ANY (serving)
        AND s.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())) GROUP BY rolname) found)
)
"""
#: who of those we look after has which privileges, of one access list
_GRANTS = """(SELECT coalesce(json_object_agg(grantee, granted), '{{}}') FROM (
  SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END AS grantee, json_agg(DISTINCT a.privilege_type) AS granted
  FROM aclexplode({acl}) a WHERE a.grantee = 0 OR pg_get_userbyid(a.grantee) = ANY (names) GROUP BY 1) each)"""
_OF_SCHEMA = _GRANTS.format(acl="coalesce(nspacl, acldefault('n', nspowner))")
_OF_RELATION = _GRANTS.format(acl="coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", relowner))")
_OF_DEFAULT = _GRANTS.format(acl="defaclacl")


def cluster(session: Session, wanted: Wanted) -> Cluster:
    if session.version < OLDEST:
        raise DatabaseError(
            f"the server is PostgreSQL {session.version}; roles are made since {OLDEST}, which tells who may give a role from who has it"
        )
    names = sorted({wanted["owner"], *wanted["serving"], *wanted["visitors"], *(role["name"] for role in wanted["roles"])})
    words = {"database": quoting.literal(wanted["database"]), "sessions": quoting.literal(wanted["sessions"]), "own": _OWN}
    found: Cluster = _one(session, _CLUSTER.format(names=quoting.listed(names), **words))
    return found


def inside(session: Session, wanted: Wanted) -> Inside:
    """Of the database that the session is in."""
    names = quoting.listed([*wanted["serving"], *wanted["visitors"]])
    words = {"schemas": quoting.listed(wanted["schemas"]), "serving": quoting.listed(wanted["serving"])}
    parts = {"of_schema": _OF_SCHEMA, "of_relation": _OF_RELATION, "of_default": _OF_DEFAULT}
    found: Inside = _one(session, _INSIDE.format(names=names, owner=quoting.literal(wanted["owner"]), **words, **parts))
    return found


def opens(server: Server, wanted: Wanted, there: Cluster) -> Iterator[str]:
    """Roles whose password is theirs: it cannot be read, so it is tried."""
    database = wanted["database"] if wanted["database"] in there["databases"] else wanted["maintenance_database"]
    for role in wanted["roles"]:
        if role["password"] and role["name"] in there["roles"] and _lets_in(server, _login(role["name"], role["password"]), database):
            yield role["name"]


def _login(user: str, password: str) -> Login:
    return {"user": user, "password": password}


def _lets_in(server: Server, login: Login, database: str) -> bool:
    """Who has too many connections, or may not enter this database, has proved who he is."""
    try:
        Session(server, login, database).close()
    except DatabaseError as error:
        if not error.sqlstate:
            raise
        return error.sqlstate not in _CLOSED
    return True


def everything(server: Server, login: Login, wanted: Wanted) -> Seen:
    with Session(server, login, wanted["maintenance_database"]) as session:
        there = cluster(session, wanted)
    seen: Seen = {"cluster": there, "inside": None, "opens": list(opens(server, wanted, there))}
    if wanted["database"] in there["databases"]:
        with Session(server, login, wanted["database"]) as session:
            seen["inside"] = inside(session, wanted)
    return seen


def _one(session: Session, query: str) -> Any:
    ((document,),) = session.run(query)
    return json.loads(document or "null")
