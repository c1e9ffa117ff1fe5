# SPDX-License-Identifier: GPL-3.0-or-later
"""What would do harm and only does not look like it; and what looks like harm and does none."""

from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import rules, sql

FRESH = "CREATE TABLE fresh (id int);"
MERGE = "MERGE INTO entries e USING old o ON e.id = o.id WHEN"
DELETES = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM entries; END $$;"


def found(source: str) -> list[str]:
    return [hit.rule for hit in rules.check(sql.statements(source)) if hit.level == "refused"]


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        (r"INSERT INTO t VALUES ('C:\'); DELETE FROM entries; INSERT INTO t VALUES ('x')", "delete-without-where"),
        ("SELECT a$x$; DELETE FROM entries; SELECT b$x$", "delete-without-where"),
        ("SELECT 1 /* /* */ '*/ ; DELETE FROM entries; --'", "delete-without-where"),
        ("EXPLAIN ANALYZE DELETE FROM entries", "delete-without-where"),
        ("COPY (DELETE FROM entries RETURNING *) TO '/tmp/x'", "delete-without-where"),
        ("PREPARE p AS DELETE FROM entries; EXECUTE p", "delete-without-where"),
        ("EXECUTE p", "execute-prepared"),
        (f"{MERGE} MATCHED THEN DELETE", "delete-without-where"),
        (f"{MERGE} MATCHED AND true THEN DELETE", "delete-without-where"),
        (f"{MERGE} NOT MATCHED BY SOURCE THEN DELETE", "delete-without-where"),
        (f"{MERGE} NOT MATCHED BY SOURCE THEN UPDATE SET a = 1", "update-without-where"),
        ("MERGE INTO entries e USING old o ON true WHEN MATCHED THEN UPDATE SET a = 1", "update-without-where"),
        # tables of the same revision, and others with them
        (f"{FRESH} TRUNCATE fresh, entries", "truncate"),
        (f"{FRESH} TRUNCATE fresh CASCADE", "truncate"),
        (f"{FRESH} DROP TABLE fresh, entries", "ban-drop-table"),
        (f"{FRESH} LOCK TABLE fresh, entries", "lock-table"),
        (f"{FRESH} WITH x AS (DELETE FROM entries) UPDATE fresh SET id = 1", "delete-without-where"),
        (f"{FRESH} SET search_path = elsewhere; DELETE FROM fresh", "delete-without-where"),
        ("SET LOCAL search_path = x; CREATE TABLE entries (id int); COMMIT; DELETE FROM entries", "delete-without-where"),
        ("SELECT set_config('search_path', 'x', true); CREATE TABLE entries (id int); DELETE FROM public.entries", "delete-without-where"),
        ("CREATE TABLE IF NOT EXISTS entries (id int); DELETE FROM entries", "delete-without-where"),
        ("DROP TABLE entries; CREATE TABLE entries (id int)", "ban-drop-table"),
        ("CREATE TEMP TABLE entries (id int); DELETE FROM public.entries", "delete-without-where"),
        ("CREATE FOREIGN TABLE far (id int) SERVER s; DELETE FROM far", "delete-without-where"),
        # others than the statement names
        ("ALTER TABLE entries DROP CONSTRAINT entries_pkey CASCADE", "drop-cascade"),
        ("DROP INDEX i CASCADE", "drop-cascade"),
        ("DROP SERVER s", "drop-object"),
        ("CREATE RULE r AS ON INSERT TO entries DO INSTEAD NOTHING", "create-rule"),
        ("ALTER TABLE entries DISABLE RULE r", "alter-trigger"),
        ("COPY entries FROM PROGRAM 'curl x'", "copy-program"),
        (f"{DELETES} SELECT f()", "call-procedure"),
        (f"{DELETES} UPDATE entries SET a = f() WHERE id = 1", "call-procedure"),
        (f"{DELETES} CREATE FUNCTION g() RETURNS void STABLE LANGUAGE sql AS 'SELECT f()'; SELECT g()", "call-procedure"),
        # settings
        (r"SET standard_conforming_strings = off; SELECT '\'' ; DELETE FROM entries; --'", "overrides-standard-conforming-strings"),
        ("RESET ALL", "overrides-lock-timeout"),
        ("DISCARD ALL", "overrides-lock-timeout"),
        ("SELECT set_config('lock' || '_timeout', '0', false) WHERE false", "overrides-lock-timeout"),
        ("UPDATE pg_settings SET setting = '0' WHERE name = 'lock_timeout'", "overrides-lock-timeout"),
        ("ALTER TABLE e ADD CONSTRAINT c CHECK (a > 0) NOT VALID, VALIDATE CONSTRAINT c", "validate-in-same-transaction"),
    ],
)  # fmt: skip
def test_found(source: str, rule: str) -> None:
    assert rule in found(source)


@pytest.mark.parametrize(
    "source",
    [
        "/* /* */ DELETE FROM entries; */ SELECT 1",
        f"{MERGE} MATCHED AND o.gone THEN DELETE",
        f"{MERGE} MATCHED THEN UPDATE SET a = o.a WHEN NOT MATCHED THEN INSERT VALUES (o.id)",
        f"{FRESH} DROP TABLE fresh CASCADE",
        f"{FRESH} DELETE FROM public.fresh",
        "SET search_path = x; CREATE TABLE x.fresh (id int); DELETE FROM x.fresh",
        "CREATE TEMP TABLE entries (id int); DELETE FROM entries",
        "SELECT * INTO fresh FROM entries; DELETE FROM fresh",
        "PREPARE p AS DELETE FROM entries WHERE id = 1; EXECUTE p",
        # written down and not done
        f"{DELETES} SELECT g()",
        "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC DELETE FROM entries; END",
        "CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1'; UPDATE entries SET a = f(a) WHERE id = 1",
        "ALTER FUNCTION f(int) RESET ALL",
        "ALTER ROLE app SET lock_timeout = '5s'",
        f"{FRESH} ALTER FUNCTION f(int) SET search_path = public; DELETE FROM fresh",
        "SET standard_conforming_strings = on",
        "SELECT current_setting('lock_timeout')",
    ],
)
def test_passed_over(source: str) -> None:
    assert found(source) == []


@pytest.mark.parametrize(
    "condition",
    [
        "true AND true", "NOT false", "NOT (1 = 0)", "id = id", "id >= id", "id IS NOT DISTINCT FROM id", "id = 3 OR 1 < 2", "1.5 <= 2",
        "'a' = 'a'", "EXISTS (SELECT 1)", "now() > '2020-01-01'", ":flag", "true OR id = 3", "NOT (false AND id = 3)",
        "NULL IS NULL", "'t'::bool",
    ],
)  # fmt: skip
def test_a_condition_that_no_row_can_fail(condition: str) -> None:
    assert found(f"DELETE FROM entries WHERE {condition}") == ["delete-without-where"]


@pytest.mark.parametrize(
    "condition",
    [
        "id < 5", "id < 5 AND true", "false", "1 = 0", "NOT true", "done", "NOT done", "id IN (SELECT id FROM old)", "CURRENT OF c",
        "id = :x", "id = 3 OR false", "id <> id", "a = b", "EXISTS (SELECT 1 FROM old WHERE old.id = entries.id)",
    ],
)  # fmt: skip
def test_a_condition_that_leaves_rows_out(condition: str) -> None:
    assert found(f"DELETE FROM entries WHERE {condition}") == []


def test_all_that_a_statement_falls_under() -> None:
    assert sorted(found("ALTER TABLE entries DROP a CASCADE, SET UNLOGGED, DISABLE TRIGGER ALL")) == [
        "alter-trigger", "ban-drop-column", "drop-cascade", "set-logged",
    ]  # fmt: skip
