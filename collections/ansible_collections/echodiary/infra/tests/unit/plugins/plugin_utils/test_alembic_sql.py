# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.plugin_utils import _alembic_sql as sql
from hypothesis import given
from hypothesis import strategies as st


def texts(source: str) -> list[str]:
    return [statement.text for statement in sql.statements(source)]


def test_semicolons_that_end_nothing() -> None:
    source = "SELECT 'a;b', \"c;d\", $x$ ; $x$ -- ;\n/* ; */ ; SELECT 2"
    assert len(texts(source)) == 2
    assert texts(source)[1] == "SELECT 2"


def test_lines_and_depth() -> None:
    first, second = sql.statements("\nSELECT (\n  a)\n;\n\nUPDATE t\nSET x = (SELECT 1 WHERE true)")
    assert (first.line, second.line) == (2, 6)
    assert [(word.text, word.depth) for word in first.words] == [("SELECT", 0), ("(", 0), ("A", 1), (")", 0)]
    assert [word.line for word in second.words][:3] == [6, 6, 7]


def test_names() -> None:
    words = sql.statements('ALTER TABLE "My Table" x public.entries other.things')[0].words
    assert sql.qualified(words, 2) == ("My Table", 3)
    assert sql.qualified(words, 4) == ("entries", 7)
    assert sql.qualified(words, 7) == ("other.things", 10)
    assert sql.qualified(words, 99) == ("", 99)


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
