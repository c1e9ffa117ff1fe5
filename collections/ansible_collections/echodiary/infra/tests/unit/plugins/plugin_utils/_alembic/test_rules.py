# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import rules, sql


def found(source: str, level: str = "refused") -> list[str]:
    return [hit.rule for hit in rules.check(sql.statements(source)) if hit.level == level]


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("UPDATE entries SET title = 'x'", "update-without-where"),
        ("update only entries set title = (select 'x' where true)", "update-without-where"),
        ("UPDATE entries SET title = 'where'", "update-without-where"),
        ("UPDATE entries SET title = 'x' WHERE true", "update-without-where"),
        ("UPDATE entries SET title = 'x' WHERE 1 = 1 RETURNING id", "update-without-where"),
        ("WITH gone AS (DELETE FROM entries RETURNING *) SELECT * FROM gone WHERE id = 1", "delete-without-where"),
        ("DELETE FROM entries", "delete-without-where"),
        ("INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING; UPDATE b SET c = 1", "update-without-where"),
        ("TRUNCATE entries", "truncate"),
        ("LOCK TABLE entries IN SHARE MODE", "lock-table"),
        ("VACUUM (FULL, ANALYZE) entries", "vacuum-full"),
        ("CLUSTER entries USING pk", "cluster"),
        ("REFRESH MATERIALIZED VIEW totals", "refresh-materialized-view"),
        ("CREATE OR REPLACE TRIGGER t BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION f()", "create-trigger"),
        ("CREATE CONSTRAINT TRIGGER t AFTER INSERT ON entries FOR EACH ROW EXECUTE FUNCTION f()", "create-trigger"),
        ("ALTER TABLE entries DISABLE TRIGGER ALL", "alter-trigger"),
        ("ALTER TABLE entries ENABLE ROW LEVEL SECURITY", "row-level-security"),
        ("ALTER TABLE entries FORCE ROW LEVEL SECURITY", "row-level-security"),
        ("CREATE POLICY p ON entries USING (true)", "create-policy"),
        ("DO $$ BEGIN EXECUTE 'DROP TABLE x'; END $$", "do-block"),
        ("CALL fix_everything()", "call-procedure"),
        ("ALTER TABLE entries DROP COLUMN mood", "ban-drop-column"),
        ("ALTER TABLE entries DROP mood", "ban-drop-column"),
        ("ALTER TABLE entries ADD COLUMN a int, DROP COLUMN IF EXISTS b", "ban-drop-column"),
        ("DROP TABLE IF EXISTS entries", "ban-drop-table"),
        ("DROP VIEW v", "drop-object"),
        ("DROP MATERIALIZED VIEW v", "drop-object"),
        ("DROP TYPE mood", "drop-object"),
        ("ALTER TABLE entries RENAME COLUMN a TO b", "renaming-column"),
        ("ALTER TABLE entries RENAME a TO b", "renaming-column"),
        ("ALTER TABLE entries RENAME TO notes", "renaming-table"),
        ("ALTER TABLE entries SET UNLOGGED", "set-logged"),
        ("ALTER TABLE entries SET TABLESPACE fast", "set-tablespace"),
        ("ALTER TABLE entries ATTACH PARTITION p FOR VALUES IN (1)", "attach-partition"),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON entries (id)", "create-index-concurrently-if-not-exists"),
        ("SET LOCAL lock_timeout = 0", "overrides-lock-timeout"),
        ("SELECT set_config('lock_timeout', '0', false)", "overrides-lock-timeout"),
        ("ALTER SYSTEM SET work_mem = '1GB'", "alter-system"),
        (
            "ALTER TABLE e ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE e VALIDATE CONSTRAINT c",
            "validate-in-same-transaction",
        ),
    ],
)  # fmt: skip
def test_refused(source: str, rule: str) -> None:
    assert found(source) == [rule]


@pytest.mark.parametrize(
    "source",
    [
        "UPDATE entries SET title = 'x' WHERE id < 100",
        "UPDATE entries SET title = s.t FROM s WHERE s.id = entries.id",
        "SELECT * FROM entries FOR UPDATE",
        "INSERT INTO a VALUES (1) ON CONFLICT (id) DO UPDATE SET b = 1",
        "ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES c (d) ON DELETE CASCADE ON UPDATE CASCADE NOT VALID",
        "ALTER TABLE a DROP CONSTRAINT b",
        "ALTER TABLE a ALTER COLUMN b DROP DEFAULT",
        "ALTER TABLE a ALTER COLUMN b DROP NOT NULL",
        "ALTER TABLE a RENAME CONSTRAINT b TO c",
        "ALTER TABLE a NO FORCE ROW LEVEL SECURITY",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
        "CREATE INDEX CONCURRENTLY i ON entries (id)",
        "COMMENT ON TABLE a IS 'UPDATE everything; DROP TABLE b'",
        "GRANT UPDATE, DELETE ON entries TO app",
        "VACUUM entries",
        "ALTER TABLE e ADD CONSTRAINT c CHECK (a > 0) NOT VALID; COMMIT; BEGIN; ALTER TABLE e VALIDATE CONSTRAINT c",
        # a table of the same revision has neither rows nor readers
        "CREATE TABLE fresh (id int); UPDATE fresh SET id = 1; ALTER TABLE fresh DROP COLUMN id; DROP TABLE fresh",
    ],
)
def test_fit_to_run(source: str) -> None:
    assert found(source) == []


def test_advice() -> None:
    assert found("SET statement_timeout = 0", "advice") == ["overrides-statement-timeout"]
    assert found("CREATE TABLE b (a_id int REFERENCES a (id))", "advice") == ["foreign-key-on-new-table"]
    assert found("CREATE TABLE a (id int); CREATE TABLE b (a_id int REFERENCES a (id))", "advice") == []


def test_the_line_is_the_one_of_the_word() -> None:
    hits = rules.check(sql.statements("SELECT 1;\nWITH x AS (\n  DELETE FROM entries\n) SELECT 1"))
    assert [hit.line for hit in hits] == [3]
