# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import timers
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import ConvergeError
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import manifest
from hypothesis import given
from hypothesis import strategies as st

BARE: dict[str, Any] = {"schedule": "daily", "command": ["/bin/true"]}
FILLED: dict[str, Any] = {**BARE, "persistent": True, "random_delay": 0, "timeout": 3600}
SERVICE, TIMER = "/etc/systemd/system/b.service", "/etc/systemd/system/b.timer"

#: of test_removal
EXAMPLE = ("b", {"b": FILLED}, None)


def build(tree: dict[str, Any] | None = None, **spec: Any) -> Any:
    return manifest.build("demo", spec, tree or {})


def lines(timer: dict[str, Any], path: str) -> list[str]:
    return build(timers={"b": {**BARE, **timer}})["files"][path]["content"].splitlines()


def unquoted(text: str) -> str:
    """What systemd makes of one quoted argument: C escapes, then specifiers, then variables (systemd.service(5), COMMAND LINES)."""
    if text.startswith('"'):
        text = text[1:-1].encode("latin-1", "backslashreplace").decode("unicode_escape")
    return text.replace("%%", "%").replace("$$", "$")


def test_five_lines_become_a_timer_that_runs_and_a_service() -> None:
    built = build(timers={"b": {"schedule": "*-*-* 03:00:00", "command": ["/usr/local/bin/backup", "--all"], "user": "backup"}})
    assert {"Type=oneshot", "User=backup", "ExecStart=/usr/local/bin/backup --all", "TimeoutStartSec=3600"} <= set(
        built["files"][SERVICE]["content"].splitlines()
    )
    assert {"OnCalendar=*-*-* 03:00:00", "Persistent=true", "WantedBy=timers.target"} <= set(built["files"][TIMER]["content"].splitlines())
    assert built["units"]["b.timer"] == {"consumes": [], "state": "started", "enabled": True}
    assert "state" not in built["units"]["b.service"], "only the timer starts it"
    assert built["validate"][0]["command"][-1] == "*-*-* 03:00:00", "systemd judges the schedule before anything is touched"


@pytest.mark.parametrize(
    ("timer", "path", "line"),
    [
        ({"persistent": False}, TIMER, "Persistent=false"),
        ({"random_delay": 90}, TIMER, "RandomizedDelaySec=90"),
        ({"timeout": 5}, SERVICE, "TimeoutStartSec=5"),
        ({"group": "adm"}, SERVICE, "Group=adm"),
        ({"directory": "/srv/x"}, SERVICE, "WorkingDirectory=/srv/x"),
        ({"environment_file": "/etc/b.env"}, SERVICE, "EnvironmentFile=/etc/b.env"),
        ({"description": "100 % of it\\"}, SERVICE, "Description=100 %% of it/"),
        ({}, TIMER, "Description=b"),
    ],
)
def test_options(timer: dict[str, Any], path: str, line: str) -> None:
    assert line in lines(timer, path)


@given(st.text(st.characters(min_codepoint=1, max_codepoint=255)))
def test_an_argument_arrives_as_it_was_declared(word: str) -> None:
    said = timers.quoted(word)
    assert "\n" not in said
    assert said.isascii() is word.isascii()
    assert unquoted(said) == word


@pytest.mark.parametrize("word", ["", ";", "a b", "$HOME", "${X}", "%h", "'", '"', "\\"])
def test_what_means_something_to_systemd_is_quoted(word: str) -> None:
    said = timers.quoted(word)
    assert said.startswith('"') and said.endswith('"')
    assert "$" not in said.replace("$$", "") and "%" not in said.replace("%%", "")


@pytest.mark.parametrize(
    ("timer", "words"),
    [
        ({"schedule": "daily\nUser=root"}, "schedule"),
        ({"schedule": ""}, "schedule"),
        ({"schedule": "%h"}, "schedule"),
        ({"command": []}, "command"),
        ({"command": ["backup"]}, "command"),
        ({"command": ["-/bin/x"]}, "command"),
        ({"command": ["/bin/x", "\0"]}, "zero byte"),
        ({"user": "a b"}, "user"),
        ({"directory": "relative"}, "directory"),
        ({"environment_file": "/etc/x\nUser=root"}, "environment_file"),
        ({"description": "a\nUser=root"}, "description"),
        ({"timeout": 0}, "timeout"),
        ({"random_delay": -1}, "random_delay"),
    ],
)
def test_what_no_timer_can_be(timer: dict[str, Any], words: str) -> None:
    with pytest.raises(ConvergeError, match=r"^timers b: ") as caught:
        timers.checked({"b": {**FILLED, **timer}})
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["b.timer", "../b", "a b", "-b", ""])
def test_a_name_is_that_of_its_units(name: str) -> None:
    with pytest.raises(ConvergeError, match="name"):
        timers.checked({name: FILLED})


def test_what_is_declared_twice_is_refused() -> None:
    for more in ({"tree": {TIMER: "x"}}, {"units": {"b.timer": {}}}):
        with pytest.raises(SpecError, match=r"demo: timers b makes .*b\.timer, which is declared as well"):
            build(timers={"b": BARE}, **more)


def test_two_components_cannot_have_the_same_timer() -> None:
    two = [manifest.build(name, {"timers": {"b": BARE}}, {}) for name in ("one", "two")]
    with pytest.raises(SpecError, match="timer b is claimed by two components, one and two"):
        manifest.check_claims(two)


def test_its_parts_are_recorded_under_its_name() -> None:
    assert timers.values({"b": FILLED}) == {"b": {"parts": [f"path:{SERVICE}", f"path:{TIMER}", "unit:b.service", "unit:b.timer"]}}
