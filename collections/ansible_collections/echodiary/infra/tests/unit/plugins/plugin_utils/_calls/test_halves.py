# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import ast

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import kinds
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import halves, packages

SENT = packages.package("_run").files
KINDS = [file for file in SENT if file.startswith("_kinds.")]
SOURCE = """
def kept():
    return _both(1)


def checked(given):
    _only(given)
    return _both(given)


def _only(given):
    if given:

        raise _deeper(
            given,
        )


def _deeper(*given):
    return given


def _both(one):
    return one


ENTRY: model.Schema = {
    "a": {"type": "str"},
}
WORDS, PREFIX = ("one", "many"), ""
VALUE = 1
"""


def test_what_the_controller_alone_asks_goes_with_all_that_only_it_calls() -> None:
    left = halves.hosts(SOURCE)
    assert [one.name for one in ast.parse(left).body if isinstance(one, ast.FunctionDef)] == ["kept", "_both"]
    assert [one for one in ("ENTRY", "WORDS", "VALUE") if one in left] == ["VALUE"]
    assert left.splitlines()[-1] == SOURCE.splitlines()[-1]
    assert left.count("\n") == SOURCE.count("\n"), "an error on a host names the line that people see"


def functions(text: str) -> set[str]:
    return {one.name for one in ast.parse(text).body if isinstance(one, ast.FunctionDef)}


@pytest.mark.parametrize("file", KINDS)
def test_nothing_that_is_left_calls_what_is_gone(file: str) -> None:
    left = packages.sent(file)
    gone = functions(packages.source(file)) - functions(left)
    assert not gone & {one.id for one in ast.walk(ast.parse(left)) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


@pytest.mark.parametrize("file", SENT)
def test_no_host_asks_a_kind_for_what_it_was_not_sent(file: str) -> None:
    modules = {"kind", *(kind.KEY for kind in kinds.ALL)}
    asked = (one for one in ast.walk(ast.parse(packages.sent(file))) if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name))
    assert not {one.attr for one in asked if one.value.id in modules} & halves.CONTROLLERS  # type: ignore[attr-defined]


def test_every_kind_is_sent_by_half() -> None:
    for kind in kinds.ALL:
        text = packages.sent(f"_kinds.{kind.KEY}")
        assert "def plan" in text or "def values" in text
        assert "def checked" not in text
