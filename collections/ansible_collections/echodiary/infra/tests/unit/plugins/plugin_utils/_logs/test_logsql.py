# SPDX-License-Identifier: GPL-3.0-or-later
"""What people ask becomes a query, and what they typed stays text in it."""

from __future__ import annotations

import json
import re

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._logs import logsql
from ansible_collections.echodiary.infra.plugins.plugin_utils._logs.logsql import Wanted
from hypothesis import given
from hypothesis import strategies as st

SPAN = (1_796_126_400.0, 1_796_130_000.25)
TIME = "_time:[2026-12-01T12:00:00.000000Z, 2026-12-01T13:00:00.250000Z)"
HOSTILE = [
    '" | delete _msg | "',
    "' or *",
    "`x` | stats count()",
    "*",
    "a\nb | limit 1",
    "a\\",
    '\\" or "',
    "오늘은 비가 왔다",
    "(){}[]:,=~<>!|",
    "\x00\x1b[2J",
    "{{ 1 + 1 }}",
    "\u2028\ufeff",
]
#: a string of LogsQL: it ends at the first quote that nothing escapes
_STRING = re.compile(r'"(?:[^"\\\n]|\\["\\/bfnrt]|\\u[0-9a-f]{4})*"')


def test_the_time_alone() -> None:
    assert logsql.query(Wanted(*SPAN)) == TIME


def test_each_thing_that_is_asked() -> None:
    asked = logsql.query(Wanted(*SPAN, ["app1", "app2"], ["echodiary"], "error", "r-1", "a.b (c)"))
    assert asked == (
        f'{TIME} host:in("app1", "app2") component:in("echodiary") level:in("ERROR", "CRITICAL") '
        '(request_id:="r-1" or "r-1") ~"a\\\\.b \\\\(c\\\\)"'
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_was_typed_ends_its_string(text: str) -> None:
    assert _STRING.fullmatch(logsql.quoted(text))
    assert json.loads(logsql.quoted(text)) == text
    bare = Wanted(*SPAN, ["x"], ["x"], "", "x", "x")
    typed = Wanted(*SPAN, [text], [text], "", text, text)
    # all that is not between quotes is what a harmless question has there
    assert _STRING.sub("…", logsql.query(typed)) == _STRING.sub("…", logsql.query(bare))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_it_is_it_is_one_string_that_means_that(text: str) -> None:
    assert _STRING.fullmatch(logsql.quoted(text))
    assert json.loads(logsql.quoted(text)) == text


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(max_size=3))
def test_a_text_is_looked_for_letter_by_letter(text: str, around: str) -> None:
    (_, expression) = logsql.query(Wanted(*SPAN, text=f"x{text}")).split(" ~", 1)
    assert re.search(json.loads(expression), f"{around}x{text}{around}")
    assert not re.search(json.loads(expression), "")


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(SpecError, match="is not UTF-8"):
        logsql.quoted("\udcff")


@pytest.mark.parametrize("level", ["warn", "ERRORS", "*", " "])
def test_a_level_that_there_is_not(level: str) -> None:
    with pytest.raises(SpecError, match="is none of DEBUG, INFO, WARNING, ERROR, CRITICAL"):
        logsql.levels(level)


def test_a_level_stands_for_the_worse_ones() -> None:
    assert logsql.levels("warning") == ["WARNING", "ERROR", "CRITICAL"]
    assert logsql.levels("") == []
