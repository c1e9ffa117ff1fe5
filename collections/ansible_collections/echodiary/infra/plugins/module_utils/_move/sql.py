# SPDX-License-Identifier: GPL-3.0-or-later
"""What psql is asked of either side. Variables are quoted by psql."""

from __future__ import annotations

from .._dump import sql as dumps

#: nobody's but theirs who made the database
_OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_NOT_OF_EXTENSION = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"

#: of a server, in a database that is not the one that moves
SERVER = """
SELECT json_build_object(
  'version', current_setting('server_version_num')::int,
  'there', EXISTS (SELECT FROM pg_database WHERE datname = :'live'),
  'frozen', EXISTS (SELECT FROM pg_db_role_setting, unnest(setconfig) one
                    WHERE setrole = 0 AND one = 'default_transaction_read_only=on'
                      AND setdatabase = (SELECT oid FROM pg_database WHERE datname = :'live')),
  'available', (SELECT coalesce(json_agg(name), '[]'::json) FROM pg_available_extensions));
"""

#: of the database itself
CONTENT = f"""{dumps.REVISION}
SELECT json_build_object('size', pg_database_size(current_database()), 'revision', :'revision',
  'rows', (SELECT coalesce(sum(n_live_tup), 0) FROM pg_stat_user_tables),
  'relations', (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
                WHERE relkind IN ('r', 'p') AND {_OURS} AND {_NOT_OF_EXTENSION}),
  'extensions', (SELECT coalesce(json_agg(extname ORDER BY extname), '[]') FROM pg_extension),
  'prepared', (SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()));
"""  # noqa: S608 - of constants

#: Whoever comes from now on may only read; whoever is there leaves. The owner's other databases are not meant.
FREEZE = """
ALTER DATABASE :"live" SET default_transaction_read_only = on;
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = :'live' AND usesysid IS NOT NULL AND pid <> pg_backend_pid();
"""
#: what a run that was killed had filled
SWEEP = "SELECT format('DROP DATABASE %I', datname) FROM pg_database WHERE starts_with(datname, :'live' || '_restore_move-') \\gexec"
#: whoever is there has come to a database that may only be read
OPEN = FREEZE.replace("SET default_transaction_read_only = on", "RESET default_transaction_read_only")
#: sessions that began before that still write
WRITERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = :'live' AND usesysid IS NOT NULL AND pid <> pg_backend_pid() AND backend_start < to_timestamp(:'since');
"""
NOW = "SELECT extract(epoch FROM clock_timestamp());"
READ_ONLY = "SHOW default_transaction_read_only;"

#: One JSON array a line: what, and what it is. Rows are summed as hashes of their text, so their order and where they lie do not count;
#: settings that change how a value is written are the same on both sides. Names of tables and sequences are quoted by PostgreSQL.
CONTENTS = f"""
SET ROLE :"owner"; SET search_path = pg_catalog; SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres';
SET bytea_output = 'hex'; SET extra_float_digits = 3; SET lc_monetary = 'C';
SELECT format($$SELECT json_build_array('table ' || %L, count(*) || ' rows, ' || coalesce(sum(('x' ||
  left(encode(sha256(convert_to(ROW(one.*)::text, 'UTF8')), 'hex'), 15))::bit(60)::bigint::numeric), 0)) FROM ONLY %s one$$, name, name)
FROM (SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
      WHERE relkind = 'r' AND {_OURS} AND {_NOT_OF_EXTENSION} ORDER BY 1) tables \\gexec
SELECT format($$SELECT json_build_array('sequence ' || %L, 'at ' || last_value || CASE WHEN is_called THEN '' ELSE ', not begun' END)
  FROM %s$$, name, name)
FROM (SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
      WHERE relkind = 'S' AND {_OURS} AND {_NOT_OF_EXTENSION} ORDER BY 1) sequences \\gexec
SELECT json_build_array('extension ' || extname, 'there') FROM pg_extension ORDER BY extname;
SELECT json_build_array(kind, count(*)::text) FROM (
  SELECT CASE relkind WHEN 'v' THEN 'views' WHEN 'm' THEN 'materialized views' WHEN 'p' THEN 'partitioned tables' ELSE 'indexes' END AS kind
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE relkind IN ('v', 'm', 'p', 'i', 'I') AND {_OURS} AND {_NOT_OF_EXTENSION}
  UNION ALL SELECT 'functions' FROM pg_proc c JOIN pg_namespace n ON n.oid = pronamespace
    WHERE {_OURS} AND {_NOT_OF_EXTENSION}
  UNION ALL SELECT 'triggers' FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT 'constraints' FROM pg_constraint c JOIN pg_namespace n ON n.oid = connamespace
    WHERE contype IN ('p', 'u', 'f', 'c', 'x') AND convalidated AND {_OURS} AND {_NOT_OF_EXTENSION}
  UNION ALL SELECT 'large objects' FROM pg_largeobject_metadata) kinds GROUP BY kind ORDER BY kind;
"""  # noqa: S608 - of constants
