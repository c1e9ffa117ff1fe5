# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is put in comes out: the reader of each language is asked, those that need a program in tests/integration/quoting."""

from __future__ import annotations

import re

import promql_parser
import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.module_utils._alembic import env_file
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import quoting
from hypothesis import given
from hypothesis import strategies as some

from tests import nasty
from tests.unit.quoting.test_rendered import from_compose

TEXTS = some.text(some.characters(codec="utf-8", exclude_characters="\0"))


@pytest.mark.parametrize("text", nasty.ALL)
def test_yaml(text: str) -> None:
    assert yaml.safe_load(f"[{quoting.yaml_text(text)}]") == [text]
    assert yaml.safe_load(f"x: {quoting.yaml_value(text)}\n") == {"x": text}


@given(TEXTS)
def test_yaml_whatever_it_is(text: str) -> None:
    assert yaml.safe_load(f"{{x: {quoting.yaml_text(text)}}}") == {"x": text}


@pytest.mark.parametrize("text", nasty.ALL)
def test_compose(text: str) -> None:
    for written in (quoting.compose_value(text), quoting.compose_text(text)):
        assert from_compose(yaml.safe_load(f"x: {written}\n")) == {"x": text}
    value = {"a": [text, 1, True, None], text: text}
    assert from_compose(yaml.safe_load(f"x: {quoting.compose_value(value)}\n")) == {"x": value}


@given(TEXTS)
def test_compose_whatever_it_is(text: str) -> None:
    assert from_compose(yaml.safe_load(f"x: {quoting.compose_value(text)}\n")) == {"x": text}


@pytest.mark.parametrize("text", ["app:v1", "registry:5000/a/b@sha256:0123abcd", "768m", "35s", "info", "/var/lib/x:/data"])
def test_what_is_plain_stays_as_it_was(text: str) -> None:
    assert quoting.compose_value(text) == text


@pytest.mark.parametrize("text", nasty.ONE_LINE)
def test_env_files_as_the_migration_reads_them(text: str) -> None:
    assert env_file.parse(f"A=1\nX={quoting.env_value(text)}\nB=2\n") == {"A": "1", "X": text, "B": "2"}


@pytest.mark.parametrize("text", ["two\nlines", "a\r\nb", "\n", "$\\'"])
def test_what_an_env_file_cannot_say_is_refused(text: str) -> None:
    with pytest.raises(quoting.QuotingError):
        quoting.env_value(text)


def test_what_haproxy_cannot_say_is_refused() -> None:
    with pytest.raises(quoting.QuotingError):
        quoting.haproxy_text("two\nlines")


@pytest.mark.parametrize("text", nasty.ALL)
def test_promql(text: str) -> None:
    parsed = promql_parser.parse(f"up{{instance={quoting.promql_text(text)}}}")
    (matcher,) = parsed.matchers.matchers
    assert matcher.value == text


@pytest.mark.parametrize("text", nasty.ALL)
def test_promql_matches_each_text_and_nothing_else(text: str) -> None:
    parsed = promql_parser.parse(f"up{{instance=~{quoting.promql_any(['app1', text])}}}")
    (matcher,) = parsed.matchers.matchers
    assert re.fullmatch(matcher.value, text) and re.fullmatch(matcher.value, "app1")
    assert not re.fullmatch(matcher.value, "app1x")
