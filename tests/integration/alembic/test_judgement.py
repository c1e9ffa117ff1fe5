# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused, with its line, and that nothing was touched."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.integration.alembic.workshop import Database, Project


def test_check_mode_shows_the_sql_and_changes_nothing(project: Project) -> None:
    project.add("op.add_column('entries', sa.Column('note', sa.Text()))")
    project.sql("CREATE INDEX CONCURRENTLY ix_title ON entries (title)")
    result = project.run(check=True)
    assert (result["changed"], result["failed"], result["remote_calls"]) == (False, True, 1)  # inside a transaction
    assert "ban-concurrent-index-creation-in-transaction" in result["msg"]
    assert project.database.revision() == ["0001"]
    (project.folder / "versions" / "0003.py").unlink()
    result = project.run(check=True)
    assert (result["changed"], result["failed"], result["remote_calls"]) == (True, False, 1)
    assert [step["revision"] for step in result["pending"]] == ["0002"]
    assert "ALTER TABLE entries ADD COLUMN note TEXT" in result["diff"][0]["prepared"]
    assert (project.database.revision(), result["heads"]) == (["0001"], ["0002"])
    assert project.database.rows("SELECT count(*) FROM pg_attribute WHERE attname = 'note'") == [(0,)]


def test_check_mode_makes_no_version_table(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path / "fresh", database)
    project.sql("CREATE TABLE entries (id bigint PRIMARY KEY)")
    assert project.run(check=True)["changed"]
    assert database.rows("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace") == [(0,)]


def test_every_dangerous_statement_is_refused_with_its_line(project: Project) -> None:
    dangers = {
        "UPDATE entries SET title = 'x'": "update-without-where",
        "ALTER TABLE entries DROP COLUMN title": "ban-drop-column",
        "-- squawk-ignore renaming-column\nALTER TABLE entries RENAME COLUMN id TO number": "renaming-column",
        "LOCK TABLE entries": "lock-table",
        "CREATE INDEX ix ON entries (title)": "require-concurrent-index-creation",
        "DO $$ BEGIN DELETE FROM entries; END $$": "do-block",
    }
    project.sql(*dangers)
    result = project.run()
    assert (result["failed"], result["changed"], result["remote_calls"]) == (True, False, 1)
    lines = result["pending"][0]["sql"].splitlines()
    for statement, rule in dangers.items():
        own = statement.splitlines()[-1]
        line = lines.index(f"{own};") + 1
        assert f"0002 line {line} {rule}: {own}" in result["msg"]
    assert {one["rule"] for one in result["findings"]} == set(dangers.values()), "each once, though two linters see some of them"
    assert project.database.revision() == ["0001"]


def test_what_only_looks_harmless_is_refused(project: Project) -> None:
    hidden = {
        "INSERT INTO entries VALUES (0, 'C:\\')": "",
        "SELECT 1 -- no more than that": "",
        "DELETE FROM entries": "delete-without-where",
        "DELETE FROM entries WHERE true AND true": "delete-without-where",
        "MERGE INTO entries USING entries AS old ON entries.id = old.id WHEN MATCHED THEN DELETE": "delete-without-where",
        "\\connect other": "unparsable",
    }
    project.sql(*hidden)
    result = project.run()
    assert (result["failed"], result["changed"], result["remote_calls"]) == (True, False, 1)
    assert [(one["statement"], one["rule"]) for one in result["findings"]] == [(text, rule) for text, rule in hidden.items() if rule]
    assert project.database.rows("SELECT count(*) FROM entries") == [(1000,)]


def test_the_refusal_names_the_entries_that_let_it_through(project: Project) -> None:
    project.sql("CREATE VIEW v AS SELECT 1 AS one", "DROP VIEW v CASCADE", "UPDATE entries SET title = 'x'")
    refused = project.run()
    _, _, hint = refused["msg"].partition("'allow': ")
    entries = yaml.safe_load(f"[{hint}]")
    result = project.run(allow=entries)
    assert not result["failed"], result["msg"]
    assert result["unused_allow"] == []


def test_an_entry_with_a_reason_lets_it_through_and_idle_ones_are_reported(project: Project) -> None:
    project.sql("UPDATE entries SET title = 'x'")
    wanted = {"revision": "0002", "rule": "update-without-where", "reason": "a thousand rows"}
    idle = [{"revision": "0002", "rule": "truncate", "reason": "-"}, {"revision": "0099", "rule": "truncate", "reason": "-"}]
    done = {"revision": "0001", "rule": "truncate", "reason": "-"}
    result = project.run(allow=[wanted, *idle, done])
    assert not result["failed"], result["msg"]
    assert project.database.rows("SELECT count(*) FROM entries WHERE title = 'x'") == [(1000,)]
    assert [(one["revision"], one["rule"]) for one in result["unused_allow"]] == [
        ("0002", "truncate"),
        ("0099", "truncate"),
        ("0001", "truncate"),
    ]
    assert sum("allow " in warning for warning in result["warnings"]) == 2, "an entry whose revision is applied is no reason to warn"
    assert [one["reason"] for one in result["findings"] if one["level"] == "allowed"] == ["a thousand rows"]


def test_a_way_down_needs_an_entry_of_its_own(project: Project) -> None:
    project.sql("ALTER TABLE entries ADD COLUMN note text", down="op.drop_column('entries', 'note')")
    project.database.run("ALTER TABLE entries ADD COLUMN note text", "UPDATE alembic_version SET version_num = '0002'")
    entry = {"revision": "0002", "rule": "ban-drop-column", "reason": "empty"}
    refused = project.run("revision", revision="0001", allow=[entry])
    assert "ban-drop-column" in refused["msg"] and "direction: down" in refused["msg"]
    assert project.database.revision() == ["0002"]
    result = project.run("revision", revision="0001", allow=[{**entry, "direction": "down"}])
    assert (result["changed"], result["failed"], result["current"]) == (True, False, ["0001"])


def test_several_heads(project: Project) -> None:
    project.add("pass", name="a", after="0001")
    project.add("pass", name="b", after="0001")
    result = project.run()
    assert result["failed"] and "several heads (a, b)" in result["msg"] and "alembic merge heads" in result["msg"]


def test_a_revision_the_release_does_not_know(project: Project) -> None:
    project.database.run("UPDATE alembic_version SET version_num = '00ff'")
    result = project.run()
    assert result["failed"] and "is at 00ff" in result["msg"] and "newest is 0001" in result["msg"]
    assert (result["unknown"], project.database.revision()) == (["00ff"], ["00ff"])


def test_a_revision_that_reads_rows_cannot_be_judged(project: Project) -> None:
    project.add("rows = op.get_bind().execute(sa.text('SELECT 1')).fetchall()")
    result = project.run()
    assert result["failed"] and "0002 unreadable" in result["msg"]
    result = project.run(allow=[{"revision": "0002", "rule": "unreadable", "reason": "read by two people"}], check=True)
    assert result["changed"], result["msg"]


def test_lint_needs_no_database_when_told_where_to_begin(project: Project) -> None:
    project.sql("UPDATE entries SET title = 'x'")
    result = project.run("lint", since="0001", environment={})
    assert result["failed"] and "update-without-where" in result["msg"]


def test_an_invalid_index_that_is_there_already_is_not_passed_over(project: Project) -> None:
    project.database.run("CREATE INDEX ix ON entries (title)", "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix'::regclass")
    result = project.run()
    assert result["failed"] and "DROP INDEX CONCURRENTLY ix" in result["msg"]


def test_compare_lists_what_was_edited_by_hand(project: Project) -> None:
    (project.folder / "models.py").write_text(
        "from sqlalchemy import *\nmetadata = MetaData()\n"
        "Table('entries', metadata, Column('id', BigInteger, primary_key=True), Column('title', Text, nullable=False))\n"
    )
    result = project.run("compare")
    assert (result["sync"], result["differences"], result["changed"]) == ("Synced", [], False)
    project.database.run(
        "ALTER TABLE entries ADD COLUMN note text, ALTER COLUMN title DROP NOT NULL",
        "ALTER TABLE entries ADD CONSTRAINT short CHECK (length(title) < 99) NOT VALID",
        "CREATE INDEX extra ON entries (title)",
        "CREATE TABLE stray (id int)",
    )
    result = project.run("compare")
    found = {(one["kind"], one["table"], one["name"]) for one in result["differences"]}
    assert found == {
        ("column", "entries", "note"), ("column_nullable", "entries", "title"), ("check", "entries", "short"),
        ("constraint", "entries", "short"), ("index", "entries", "extra"), ("table", "stray", "stray"),
    }  # fmt: skip
    assert (result["sync"], result["failed"]) == ("OutOfSync", False)
