# SPDX-License-Identifier: GPL-3.0-or-later
"""A line of JSON without its secrets is a line of JSON with the same fields, and what is no secret is as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._logs import masks
from hypothesis import example, given
from hypothesis import strategies as st

from .._diagnose.test_redact import LINES, SECRET

SPLIT = f'hun"{SECRET}'

#: what a bundle of ``diagnose`` is cleared of, and what is hard only where quotes are escaped
TEXTS = [
    *LINES,
    json.dumps({"password": SPLIT, "user": "ann"}),
    json.dumps({"log": json.dumps({"db_password": SPLIT})}),
    f'ALTER ROLE echodiary PASSWORD "{SECRET}"',
    f"password='{SPLIT}'",
    f"host=db password='{SECRET}' dbname=x",
]
ORDINARY = [
    '오늘은 비가 왔다. "정말" 좋았다.',
    "비밀번호를 바꿨습니다: 다시 로그인하세요",
    "password changed for user kim",
    "basic authentication failed, a bearer authentication scheme is wanted",
    "token bucket refilled at 12:00",
    "the secret garden, chapter 3",
    "GET /entries?limit=1 HTTP/1.1 200",
    "registry:5000/echodiary@sha256:0123456789abcdef",
    "admin : TTY=pts/0 ; PWD=/home/admin ; USER=root ; COMMAND=/bin/true",
    r"C:\Users\kim",
]


def line(**fields: Any) -> str:
    """As syslog-ng writes one."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("text", TEXTS)
def test_what_looks_like_a_secret_goes_and_its_neighbours_stay(text: str) -> None:
    given = line(a="x password:", _msg=text, z="it's 'quoted'")
    masked = json.loads(masks.masked(given))
    assert SECRET not in masks.masked(given)
    assert (masked["a"], masked["z"]) == ("x password:", "it's 'quoted'")


@pytest.mark.parametrize("value", [SECRET, SPLIT, f"a\\{SECRET}", f"a,b}}{SECRET}", 5, None, True])
@pytest.mark.parametrize("name", ["password", "db_password", "x-api-key", "Token"])
def test_a_field_whose_name_says_it(name: str, value: Any) -> None:
    masked = masks.masked(line(**{name: value, "z": "stays"}))
    assert json.loads(masked) == {name: "«secret»", "z": "stays"}


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_untouched(text: str) -> None:
    assert masks.masked(line(_msg=text)) == line(_msg=text)


_PARTS = ["password", "token", "=", ":", " ", '"', "'", "\\", '\\"', "secret", "Authorization: Bearer ", "-----BEGIN PRIVATE KEY-----",
          "\n", "://a:", "@", "cookie: ", "}", "{", ",", "--password ", "PASSWORD ", "한국어", "abc", "1"]  # fmt: skip
_TEXTS = st.lists(st.sampled_from(_PARTS), max_size=14).map("".join)


@given(st.dictionaries(st.sampled_from(["_msg", "a", "password", "host"]), st.one_of(_TEXTS, st.integers(), st.none()), max_size=4))
@example({"_msg": "-----BEGIN PRIVATE KEY-----", "a": None})
@example({"_msg": "password=", "a": "b"})
def test_whatever_it_says_it_stays_json_with_its_fields(fields: dict[str, Any]) -> None:
    for document in (fields, {"_msg": line(**fields)}):
        assert json.loads(masks.masked(line(**document))).keys() == document.keys()
