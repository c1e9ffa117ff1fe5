# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import options


def parse(**given: Any) -> dict[str, Any]:
    result = ArgumentSpecValidator(options.SPEC, required_if=options.REQUIRED_IF).validate(given)
    assert result.error_messages == []
    return dict(result.validated_parameters)


def ask(**given: Any) -> dict[str, Any]:
    return options.asked(parse(**given), "ann@here", "https://runs/1")


def test_who_and_where_are_filled_in() -> None:
    asked = ask(reason=" deploy v1 ")
    assert (asked["state"], asked["owner"], asked["reason"], asked["run_url"], asked["ttl"]) == (
        "acquired",
        "ann@here",
        "deploy v1",
        "https://runs/1",
        None,
    )
    assert ask(reason="x", owner="bob", run_url="")["run_url"] == ""


@pytest.mark.parametrize(
    ("given", "about"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "x", "name": "../etc"}, "name"),
        ({"reason": "x", "name": ""}, "name"),
        ({"reason": "x", "ttl": 1}, "ttl"),
        ({"reason": "x", "ttl": 1e9}, "ttl"),
        ({"reason": "x", "wait": -1}, "wait"),
        ({"state": "released", "force": True, "reason": ""}, "reason"),
        ({"state": "frozen", "reason": "x", "until": "soon"}, "until"),
        ({"state": "frozen", "reason": "x", "until": "2026-12-01T09:00:00"}, "until"),
        ({"state": "frozen", "reason": "x", "until": "2026-13-01"}, "until"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], about: str) -> None:
    with pytest.raises(options.OptionError, match=about):
        ask(**given)


@pytest.mark.parametrize(
    "given",
    [{}, {"state": "renewed"}, {"state": "frozen", "reason": "x"}, {"state": "released", "force": True}, {"state": "thawed"}],
)
def test_what_a_state_needs(given: dict[str, Any]) -> None:
    assert ArgumentSpecValidator(options.SPEC, required_if=options.REQUIRED_IF).validate(given).error_messages


def test_a_freeze_ends_in_utc() -> None:
    assert ask(state="frozen", reason="x", until="2026-12-01T09:00:00+09:00")["until"] == "2026-12-01T00:00:00Z"


LEASE = {"token": 4, "owner": "bob", "reason": "x", "run_url": "", "expired": False}
ANSWER = {"last_token": 4, "now": "2026-12-01T00:00:00Z", "lease": LEASE, "freeze": None, "notes": [], "changed": False, "broken": None}


def test_a_preview_goes_on_with_the_token_it_imagined() -> None:
    lost = {**ANSWER, "outcome": "lost"}
    imagined = options.predicted(lost, parse(state="renewed", token=5))
    assert (imagined["outcome"], imagined["changed"], imagined["lease"]["token"]) == ("done", True, 5)
    assert options.predicted(lost, parse(state="renewed", token=3))["outcome"] == "lost"
    same = {**ANSWER, "outcome": "same"}
    assert options.predicted(same, parse(state="released", token=5))["changed"]
    assert not options.predicted(same, parse(state="released", token=3))["changed"]


def test_a_preview_that_would_wait_is_not_refused() -> None:
    held = {**ANSWER, "outcome": "held"}
    assert options.predicted(held, parse(reason="x"))["outcome"] == "held"
    waiting = options.predicted(held, parse(reason="x", wait=900))
    assert waiting["outcome"] == "done"
    assert "bob" in waiting["notes"][0]
