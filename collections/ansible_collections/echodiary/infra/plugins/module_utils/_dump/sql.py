# SPDX-License-Identifier: GPL-3.0-or-later
"""What a restore says to the server, for psql: variables are quoted by psql, names and values alike."""

from __future__ import annotations

from collections.abc import Iterable

#: one JSON document: who asks and what it may do, the live database, names that are taken, sessions
LOOK = """
SELECT json_build_object(
  'version', current_setting('server_version_num')::int,
  'user', current_user, 'superuser', me.rolsuper, 'createdb', me.rolcreatedb,
  'owner', EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner'),
  'may_signal', pg_has_role(current_user, 'pg_signal_backend', 'USAGE'),
  'may_own', coalesce((SELECT pg_has_role(current_user, oid, 'MEMBER') AND pg_has_role(current_user, oid, 'USAGE')
                       FROM pg_roles WHERE rolname = :'owner'), false),
  'databases', (SELECT coalesce(json_object_agg(datname, json_build_object(
      'owner', pg_get_userbyid(datdba), 'encoding', pg_encoding_to_char(encoding), 'collate', datcollate, 'ctype', datctype,
      'size', CASE WHEN has_database_privilege(oid, 'CONNECT') THEN pg_database_size(oid) END)), '{}'::json)
    FROM pg_database WHERE datname IN (:'live', :'fresh', :'before', 'template1')),
  'sessions', (SELECT coalesce(json_agg(json_build_object('pid', pid, 'role', usename, 'application', application_name,
      'superuser', (SELECT rolsuper FROM pg_roles WHERE oid = usesysid))), '[]'::json)
    FROM pg_stat_activity WHERE datname = :'live' AND usesysid IS NOT NULL AND pid <> pg_backend_pid())
) FROM pg_roles me WHERE me.rolname = current_user;
"""

#: sets psql's variable of that name; empty for a schema that was never migrated
REVISION = """
SELECT to_regclass('alembic_version') IS NOT NULL AS migrated \\gset
\\if :migrated
SELECT coalesce(string_agg(version_num, ', ' ORDER BY version_num), '') AS revision FROM alembic_version \\gset
\\else
\\set revision ''
\\endif
"""
#: one JSON document about a database's content; its rows are the statistics' guess
CONTENT = f"""{REVISION}
SELECT json_build_object('revision', :'revision', 'rows', (SELECT coalesce(sum(n_live_tup), 0) FROM pg_stat_user_tables),
  'invalid', (SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisvalid AND c.relkind = 'i'),
  'extensions', (SELECT coalesce(json_agg(extname), '[]'::json) FROM pg_extension));
"""  # noqa: S608 - of constants

DROP = 'DROP DATABASE IF EXISTS :"fresh";'
CREATE = 'CREATE DATABASE :"fresh" OWNER :"owner" TEMPLATE template1;'
CREATE_LIKE = "CREATE DATABASE :\"fresh\" OWNER :\"owner\" TEMPLATE template0 ENCODING :'encoding' LC_COLLATE :'collate' LC_CTYPE :'ctype';"

#: A dump holds what is in a database, not what is said about it: its limit, its settings, who may connect.
PROPERTIES = """
\\set ON_ERROR_STOP off
SELECT format('ALTER DATABASE %I CONNECTION LIMIT %s', :'fresh', datconnlimit) FROM pg_database
WHERE datname = :'live' AND datconnlimit <> -1 \\gexec
SELECT format('ALTER DATABASE %I SET %I TO %s', :'fresh', split_part(one, '=', 1),
  CASE WHEN split_part(one, '=', 1) IN ('search_path', 'temp_tablespaces', 'session_preload_libraries', 'local_preload_libraries')
    THEN substr(one, strpos(one, '=') + 1) ELSE quote_literal(substr(one, strpos(one, '=') + 1)) END)
FROM pg_db_role_setting, unnest(setconfig) one
WHERE setrole = 0 AND setdatabase = (SELECT oid FROM pg_database WHERE datname = :'live') \\gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'fresh') FROM pg_database WHERE datname = :'live' AND datacl IS NOT NULL \\gexec
SELECT format('GRANT %s ON DATABASE %I TO %s%s', privilege_type, :'fresh',
  CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END)
FROM pg_database, aclexplode(datacl) WHERE datname = :'live' AND grantee <> datdba \\gexec
"""

#: Nobody new comes in, everybody leaves, both names change in one transaction. Renaming waits five seconds for the last ones.
SWAP = """
ALTER DATABASE :"live" WITH ALLOW_CONNECTIONS false;
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname IN (:'live', :'fresh') AND usesysid IS NOT NULL AND pid <> pg_backend_pid();
BEGIN;
ALTER DATABASE :"live" RENAME TO :"before";
ALTER DATABASE :"fresh" RENAME TO :"live";
COMMIT;
ALTER DATABASE :"before" WITH ALLOW_CONNECTIONS true;
"""
PLACE = 'ALTER DATABASE :"fresh" RENAME TO :"live";'
REOPEN = 'ALTER DATABASE :"live" WITH ALLOW_CONNECTIONS true;'

ANALYZE = 'SET ROLE :"owner"; SET client_min_messages = error; ANALYZE;'


def counts(tables: Iterable[str]) -> str:
    """Rows of each table, one per line. Names come from the archive, where they are quoted as SQL needs them."""
    return "".join(f"SELECT count(*) FROM {table};\n" for table in tables)  # noqa: S608 - as said above
