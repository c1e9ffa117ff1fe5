# SPDX-License-Identifier: GPL-3.0-or-later
"""How work in the background is begun, and what its last words mean. That it outlives who began it is tried with a real systemd."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._background import main
from ansible_collections.echodiary.infra.plugins.module_utils._host import answers

WANTED: Any = {
    "do": "begin", "unit": "echodiary-x", "about": "a: b", "command": ["/bin/true", "one"], "given": "c2VjcmV0", "longest": 60, "wait": 0.0,
}  # fmt: skip


def test_a_unit_that_leaves_nothing_and_shows_nothing() -> None:
    words = main.command(WANTED)
    assert words[:4] == ["systemd-run", "--quiet", "--collect", "--unit=echodiary-x"]
    assert words[-3:] == [f"{main.PLACE}/echodiary-x.given", "/bin/true", "one"]
    assert "--property=RuntimeMaxSec=60" in words
    assert "secret" not in " ".join(words) and "c2VjcmV0" not in " ".join(words)


@pytest.mark.parametrize(
    ("said", "state", "last"),
    [
        ("one\ntwo\n\nexit 0\n", "done", "two"),
        ("one\nwhy\n\nexit 1\n", "failed", "why"),
        ("\nexit 3\n", "failed", "without a word"),
        ("exit 0\nhalf", "failed", "it was ended before it was done: half"),
        ("", "failed", "it was ended before it was done: without a word"),
    ],
)
def test_the_last_line_says_how_it_ended(said: str, state: str, last: str) -> None:
    found = main.told(said)
    assert (found["state"], found["said"]) == (state, last)


def test_of_what_nothing_is_left_nothing_is_known() -> None:
    assert main.told(None)["state"] == "unknown"


def test_a_package_of_ours_answers_by_itself() -> None:
    found = main.told(f"login shell\n{answers.framed({'failed': False, 'msg': 'made'})}\nexit 0\n")
    assert (found["state"], found["answer"]) == ("done", {"failed": False, "msg": "made"})


def test_a_program_that_is_not_there_is_named() -> None:
    found = main.run({**WANTED, "command": ["/nowhere/program"]})
    assert found["failed"] and "/nowhere/program is not on this host" in found["msg"]
