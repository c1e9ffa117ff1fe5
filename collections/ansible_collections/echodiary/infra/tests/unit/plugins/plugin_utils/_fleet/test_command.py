# SPDX-License-Identifier: GPL-3.0-or-later
"""What was typed can be typed again as it is shown, through a shell; of secrets nothing is shown."""

from __future__ import annotations

import shlex

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.command import MASK, Command

DECLARED = frozenset({"hook"})


def shown(*given: str) -> str:
    return Command("ansible-playbook", ("play.yml",), extra_vars=given, secrets=lambda: DECLARED).line()


@pytest.mark.parametrize(
    "given",
    [
        "release=v2",
        "reason='two words' release=v2",
        '{"replicas": 3, "names": ["a b"]}',
        "{replicas: 3}",
        "@vars/one more.yml",
        "price=$5 & `date`",
        'text="it\'s"',
        "url=https://example.org/a?b=c",
    ],
)
def test_a_shell_makes_of_it_what_was_typed(given: str) -> None:
    assert shlex.split(shown(given, "@x.yml")) == ["ansible-playbook", "play.yml", "-e", given, "-e", "@x.yml"]


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("db_password=hunter22 release=v2", f"db_password={MASK} release=v2"),
        ("API_TOKEN=a1", f"API_TOKEN={MASK}"),
        ("hook=https://hooks.example/hunter22", f"hook={MASK}"),
        ("private_key='hunter22 and more' release=v2", f"private_key={MASK} release=v2"),
        ("dsn=postgresql://ann:hunter22@db/diary", f"dsn=postgresql://ann:{MASK}@db/diary"),
        ('{"db": {"password": "hunter22", "port": 5432}}', f'{{"db": {{"password": "{MASK}", "port": 5432}}}}'),
        ('{"hook": ["hunter22"], "a": [{"secret": "x"}]}', f'{{"hook": "{MASK}", "a": [{{"secret": "{MASK}"}}]}}'),
    ],
)
def test_of_a_secret_only_its_place_is_shown_and_it_is_said(given: str, left: str) -> None:
    line = shown(given)
    assert "hunter22" not in line
    command, said = line.split(" (")
    assert shlex.split(command)[-1] == left
    assert MASK in said


def test_nothing_is_said_of_secrets_where_there_are_none() -> None:
    assert shown("release=v2") == "ansible-playbook play.yml -e release=v2"


def test_hosts_come_after_what_was_typed() -> None:
    command = Command("ansible-playbook", ("play.yml",), "app", ("a=1",))
    assert command.line() == "ansible-playbook play.yml -e a=1 --limit app"
    assert command.line(["x", "y"]) == "ansible-playbook play.yml -e a=1 --limit x,y"


def test_what_is_declared_is_asked_for_only_to_show_something() -> None:
    def never() -> frozenset[str]:
        raise AssertionError("asked")

    assert Command("ansible-playbook", ("play.yml",), secrets=never).line() == "ansible-playbook play.yml"
    assert Command("ansible-playbook", ("play.yml",), "", ("@x.yml",), never).line() == "ansible-playbook play.yml -e @x.yml"
