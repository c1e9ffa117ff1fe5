# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._arguments.conversion import ConversionError, Option, converted


@pytest.mark.parametrize(
    ("text", "declared", "value"),
    [
        ("false", "bool", False),
        ("No", "bool", False),
        ("on", "bool", True),
        ("7", "int", 7),
        (" 7 ", "int", 7),
        ("0.5", "float", 0.5),
        ("a, b", "list", ["a", "b"]),
        ("", "list", []),
        ('["a,b", "c"]', "list", ["a,b", "c"]),
        ('{"a": 1}', "dict", {"a": 1}),
        ("false", "str", "false"),
        ("$HOME/x", "path", "$HOME/x"),
        ("{{ x }}", "bool", "{{ x }}"),
    ],
)
def test_text(text: str, declared: str, value: Any) -> None:
    assert converted(text, {"type": declared}) == value


@pytest.mark.parametrize(
    ("text", "declared"), [("maybe", "bool"), ("", "bool"), ("4x", "int"), ("1.5", "int"), ("", "float"), ("x", "dict"), ("[1", "list")]
)
def test_what_is_none_is_refused(text: str, declared: str) -> None:
    with pytest.raises(ConversionError):
        converted(text, {"type": declared})


@pytest.mark.parametrize("value", [True, 0, 1.5, ["1"], {"a": "1"}, None, "x"])
def test_what_is_right_is_the_same_object(value: object) -> None:
    assert converted(value, {"type": "raw"}) is value


def test_inside_of_lists_and_dictionaries() -> None:
    option: Option = {"type": "list", "elements": "dict", "options": {"port": {"type": "int"}, "tls": {"type": "bool"}}}
    given = [{"port": "80", "tls": "no", "own": "1"}]
    assert converted(given, option) == [{"port": 80, "tls": False, "own": "1"}]
    assert given == [{"port": "80", "tls": "no", "own": "1"}]
    assert converted('[{"port": "80"}]', option) == [{"port": 80}]
