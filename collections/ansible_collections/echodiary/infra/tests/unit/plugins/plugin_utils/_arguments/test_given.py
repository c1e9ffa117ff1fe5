# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import shlex

import pytest
from ansible.parsing.splitter import parse_kv
from ansible_collections.echodiary.infra.plugins.plugin_utils._arguments import given
from hypothesis import given as each
from hypothesis import strategies as some

KNOWN = ("release", "reason", "host", "deploy_reason", "deploy_revision", "deploy_alerts_block", "component")


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("releas", "release"),
        ("relase", "release"),
        ("rleease", "release"),
        ("reson", "reason"),
        ("hosts", "host"),
        ("deploy_alert_block", "deploy_alerts_block"),
        ("revision", "deploy_revision"),
        ("components", "component"),
    ],
)
def test_a_near_miss_has_the_right_name(name: str, right: str) -> None:
    assert given.misspelt([name], KNOWN, KNOWN) == {name: right}


@pytest.mark.parametrize("name", ["release", "my_release", "colour", "ansible_host", "deploy_colour", "port"])
def test_others_are_nobodys_business(name: str) -> None:
    assert given.misspelt([name], KNOWN, KNOWN) == {}


@pytest.mark.parametrize("typed", [["web", "db"], "web,db", "web, db"])
def test_what_hosts_have_is_not_typed(typed: object) -> None:
    (said,) = given.of_every_host({"components": typed})
    words = shlex.split(said.partition("of one host: ")[2])
    assert words[:5] == ["ansible", "<host>", "-b", "-m", "echodiary.infra.converge"]
    assert json.loads(words[6]) == {"components": ["web", "db"]}


def test_a_playbook_may_have_a_variable_of_that_name() -> None:
    assert given.of_every_host({"components": ["web"]}, ("components",)) == []
    assert given.of_every_host({"component": "web"}) == []


def read(command: str) -> dict[str, str]:
    option, text = shlex.split(command)
    assert option == "-e"
    if text[0] == "{":
        return dict(json.loads(text))
    return {str(name): str(value) for name, value in parse_kv(text).items()}


WORDS = some.text(some.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@pytest.mark.parametrize("value", ["faster search", "it's", 'a "b" c', "$HOME `id` !", "{{ x }}", "a\nb", "\\", "a  b", "x=y z", "#", "*"])
def test_the_form_that_is_printed_is_read_as_it_was_meant(value: str) -> None:
    assert read(given.command_form(("reason", value))) == {"reason": value}


@each(some.text(some.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_whatever_the_value_is(value: str) -> None:
    assert read(given.command_form(("reason", value))) == {"reason": value}


def test_words_belong_to_the_value_before_them() -> None:
    (said,) = given.left_over(["host=app1 reason=slow disk last=true", "reason='two words'", '{"reason": "two words"}', "@file of mine"])
    assert "-e host=app1 -e \"reason='slow disk'\" -e last=true" in said


def test_a_secret_is_not_shown() -> None:
    done = given.conversions({"token": "s3cret"}, {"token": {"type": "int", "no_log": True}})
    assert len(done.problems) == 1 and "token" in done.problems[0] and "s3cret" not in done.problems[0]
