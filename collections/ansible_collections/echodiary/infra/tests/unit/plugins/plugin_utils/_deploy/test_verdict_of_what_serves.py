# SPDX-License-Identifier: GPL-3.0-or-later
"""Two releases serving are never a success, whoever put the second one there; what was left out is said."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import verdict as verdicts

V1, V2 = "r/app@sha256:" + "1" * 64, "r/app@sha256:" + "2" * 64
LOST = {"failed": True, "msg": "app1 is unreachable"}
ASKED_NOBODY = {"skipped": True}


def result(image: str) -> dict[str, Any]:
    release = {"image": image, "config": "c", "previous": {"image": V1}}
    return {"changed": True, "failed": False, "components": [{}], "release": release}


def serves(image: str, config: str = "c") -> dict[str, Any]:
    return {"failed": False, "release": {"running": {"image": image, "config": config}}}


def host(roll: str | None, served: dict[str, Any] | None, back: str | None = None) -> dict[str, Any]:
    return {"roll": roll and result(roll), "back": back and result(back), "served": served}


@pytest.mark.parametrize(
    ("hosts", "errors", "outcome", "states"),
    [
        ({"a": host(V2, serves(V2)), "b": host(V2, serves(V2))}, [], "succeeded", {"a": "new", "b": "new"}),
        # site.yml took the canary back between the two
        ({"a": host(V2, serves(V1)), "b": host(V2, serves(V2))}, [], "partial", {"a": "other", "b": "new"}),
        # or gave it another configuration
        ({"a": host(V2, serves(V2, "d")), "b": host(V2, serves(V2))}, [], "partial", {"a": "other", "b": "new"}),
        # or both hosts, so that they are the same again
        ({"a": host(V2, serves(V1)), "b": host(V2, serves(V1))}, [], "partial", {"a": "other", "b": "other"}),
        # whoever does not say is not known
        ({"a": host(V2, LOST), "b": host(V2, serves(V2))}, [], "partial", {"a": "unknown", "b": "new"}),
        # going back went well, and somebody deployed meanwhile
        ({"a": host(V2, serves(V2), V1), "b": host(None, serves(V1))}, ["a: x"], "partial", {"a": "other", "b": "untouched"}),
        ({"a": host(V2, serves(V1), V1), "b": host(None, serves(V1))}, ["a: x"], "taken_back", {"a": "old", "b": "untouched"}),
        # a restart of a fleet that was mixed before
        ({"a": host(V1, serves(V1)), "b": host(V2, serves(V2))}, [], "partial", {"a": "new", "b": "new"}),
        # nobody was asked: a preview, or what lives in no slots
        ({"a": host(V2, ASKED_NOBODY), "b": host(V2, None)}, [], "succeeded", {"a": "new", "b": "new"}),
    ],
)
def test_what_serves_is_compared_with_what_was_meant(
    hosts: dict[str, dict[str, Any]], errors: list[str], outcome: str, states: dict[str, str]
) -> None:
    found = verdicts.verdict(hosts, "smoke", errors)
    assert (found.outcome, found.hosts, found.well) == (outcome, states, outcome == "succeeded")
    assert all(name in verdicts.message("deploy", found, {}, "") for name, state in states.items() if state == "other")


def test_hosts_that_were_left_out_are_named_and_nothing_is_called_done() -> None:
    found = verdicts.verdict({"a": host(V2, serves(V2))}, "smoke", [], ["b"])
    assert (found.outcome, found.well, found.hosts) == ("partial", True, {"a": "new", "b": "left out"})
    said = verdicts.message("deploy", found, {}, "")
    assert "left out: b" in said.splitlines()[0]
    assert "because" not in said


def test_one_that_failed_is_no_better_for_leaving_hosts_out() -> None:
    found = verdicts.verdict({"a": host(None, None)}, "preflight", ["a: no image"], ["b"])
    assert (found.outcome, found.well) == ("refused", False)
