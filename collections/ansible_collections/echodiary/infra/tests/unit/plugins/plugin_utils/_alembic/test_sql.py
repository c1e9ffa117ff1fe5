# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import sql, tree
from hypothesis import given
from hypothesis import strategies as st

_PARTS = ("SELECT", "1", ";", "'a'", "$x$", "a$x$", "DELETE FROM e", "--", "\n", "/*", "*/", "(", ")", ":x", "%(y)s", "\\c", "'", '"')


def texts(source: str) -> list[str]:
    return [statement.text for statement in sql.statements(source)]


def test_semicolons_that_end_nothing() -> None:
    source = "SELECT 'a;b', \"c;d\", $x$ ; $x$ -- ;\n/* ; */ ; SELECT 2"
    assert len(texts(source)) == 2
    assert texts(source)[1] == "SELECT 2"


def test_lines() -> None:
    first, second = sql.statements("\nSELECT (\n  a)\n;\n\nUPDATE t\nSET x = (SELECT 1 WHERE true)")
    assert (first.line, second.line) == (2, 6)
    assert second.line_at(second.node.relation.location) == 6  # type: ignore[union-attr]
    assert second.line_at(second.node.targetList[0].location) == 7  # type: ignore[union-attr]


def test_names() -> None:
    made, moved = sql.statements('ALTER TABLE "My Table" ADD x int; DROP TABLE public.entries, other.things')
    assert tree.tables(made.node) == ["My Table"]
    assert [tree.plain(name) for name in tree.tables(moved.node)] == ["entries", "other.things"]


@pytest.mark.parametrize(
    "source",
    [
        r"INSERT INTO t VALUES ('C:\'); DELETE FROM entries; INSERT INTO t VALUES ('x')",
        "SELECT a$x$; DELETE FROM entries; SELECT b$x$",
        "SELECT 1 /* /* */ '*/ ; DELETE FROM entries; SELECT 2 --'",
    ],
)
def test_what_only_looks_like_a_string_or_a_comment(source: str) -> None:
    assert len(texts(source)) == 3 and texts(source)[1] == "DELETE FROM entries"


def test_comments_within_comments() -> None:
    assert texts("/* /* */ DELETE FROM entries; */ SELECT 1") == ["SELECT 1"]
    assert texts("/* /* */ */ DELETE FROM entries; /* */") == ["DELETE FROM entries"]


@pytest.mark.parametrize(
    ("source", "unread"),
    [
        ("SELEC 1; DELETE FROM entries; SELECT 2", ["SELEC 1"]),
        ("SELECT 1;\n\\c other\nDELETE FROM entries; SELECT 2", ["\\c other DELETE FROM entries"]),
        ("SELECT 'abc; DELETE FROM entries", ["SELECT 'abc; DELETE FROM entries"]),
        ("SELECT 1; /* open; DELETE FROM entries", ["/* open; DELETE FROM entries"]),
        ("COPY t FROM stdin;\n1\ta\n\\.\nDELETE FROM entries", ["1 a \\. DELETE FROM entries"]),
        ("CREATE CONSTRAINT TRIGGER t AFTER INSERT ON e EXECUTE FUNCTION f()", None),
        ("SELECT 1\0; DELETE FROM entries", ["SELECT 1\ufffd; DELETE FROM entries"]),
    ],
)
def test_what_cannot_be_read_is_kept_with_the_reason(source: str, unread: list[str] | None) -> None:
    found = [statement for statement in sql.statements(source) if statement.node is None]
    assert [statement.text for statement in found] == (unread or [source])
    assert all(statement.error for statement in found)


def test_one_that_cannot_be_read_hides_no_other_and_lines_stay() -> None:
    found = sql.statements("SELEC 1;\n\nWITH x AS (\nDELETE FROM entries)\nSELECT 1;")
    assert [(one.line, one.node is None) for one in found] == [(1, True), (3, False)]
    delete = next(one for one in tree.walk(found[1].node) if tree.kind(one) == "DeleteStmt")
    assert found[1].line_at(delete.relation.location) == 4  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "source",
    [
        "UPDATE entries SET a = :value WHERE id = %(number)s",
        "INSERT INTO entries VALUES (:a, :b::int, %(c)s)",
        "SELECT ':no', a[1:2], b::int FROM entries WHERE id = :x",
    ],
)
def test_values_that_are_bound_later(source: str) -> None:
    script = sql.read(source)
    assert [statement.error for statement in script.statements] == [""]
    assert len(script.text) == len(source)


def test_comments_go_and_lines_stay() -> None:
    source = "-- squawk-ignore x\nSELECT '--not one' /* two\nlines */ ;"
    bare = sql.without_comments(source)
    assert "squawk" not in bare and "'--not one'" in bare
    assert bare.count("\n") == source.count("\n") and len(bare) == len(source)


def test_a_statement_is_taken_out_and_lines_stay() -> None:
    source = "SELECT 1;\nSELECT\n2;\nSELECT 3;"
    left = sql.without(source, [sql.statements(source)[1]])
    assert texts(left) == ["SELECT 1", "SELECT 3"]
    assert sql.statements(left)[1].line == 4


@given(st.text(alphabet="ab 'x\"$;-\n/*()E\\", max_size=60))
def test_any_text_keeps_its_length_and_its_lines(source: str) -> None:
    sql.statements(source)
    bare = sql.without_comments(source)
    assert (len(bare), bare.count("\n")) == (len(source), source.count("\n"))


@given(st.text(alphabet="aS 'x\"$;-\n/*()E\\:%1\0", max_size=60) | st.lists(st.sampled_from(_PARTS), max_size=12).map(" ".join))
def test_nothing_is_left_out(source: str) -> None:
    """Whatever is neither space nor comment belongs to a statement, read or not."""
    script = sql.read(source)
    assert set(sql.without(script.text, script.statements)) <= set("; \n")
