# SPDX-License-Identifier: GPL-3.0-or-later
"""How a deploy ended is never said to be better than what is known of each host."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import verdict as verdicts
from hypothesis import given
from hypothesis import strategies as st

COMPONENTS = [{"name": "echodiary"}]
ROLLED = {"changed": True, "failed": False, "components": COMPONENTS}
QUIET = {"changed": False, "failed": False, "components": COMPONENTS}
REFUSED = {"changed": False, "failed": True, "components": COMPONENTS, "msg": "echodiary: taken back"}
LOST = {"unreachable": True, "msg": "Connection timed out"}
CRASHED = {"failed": True, "msg": "no answer from the host"}
SKIPPED = {"skipped": True, "changed": False}

ROLLS = [None, {}, SKIPPED, ROLLED, QUIET, REFUSED, LOST, CRASHED]
BACKS = [None, SKIPPED, ROLLED, REFUSED, LOST, CRASHED]


def one(roll: dict[str, Any] | None, back: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"roll": roll, "back": back}


@pytest.mark.parametrize(
    ("roll", "back", "state"),
    [
        (None, None, "untouched"),
        (SKIPPED, None, "untouched"),
        ({}, None, "untouched"),
        (ROLLED, None, "new"),
        (QUIET, None, "new"),
        (ROLLED, SKIPPED, "new"),
        # refused, failed or taken back on the host by itself: what served goes on serving
        (REFUSED, None, "old"),
        (ROLLED, ROLLED, "old"),
        # nobody knows how far it had come
        (LOST, None, "unknown"),
        (CRASHED, None, "unknown"),
        (ROLLED, LOST, "unknown"),
        (ROLLED, CRASHED, "unknown"),
        # going back was refused on the host: the new release still serves there
        (ROLLED, REFUSED, "new"),
    ],
)
def test_what_a_host_ended_with(roll: dict[str, Any] | None, back: dict[str, Any] | None, state: str) -> None:
    assert verdicts.verdict({"app1": one(roll, back)}, "roll", ["app1: x"]).hosts == {"app1": state}


@pytest.mark.parametrize(
    ("hosts", "phase", "errors", "outcome"),
    [
        ({"a": one(ROLLED), "b": one(QUIET)}, "smoke", [], "succeeded"),
        # a migration alone rolls nobody
        ({"a": one(None), "b": one(None)}, "migrate", [], "succeeded"),
        ({"a": one(None)}, "lock", ["a: held by kim"], "refused"),
        ({"a": one(None)}, "preflight", ["a: no such image"], "refused"),
        ({"a": one(None)}, "migrate", ["a: 0004 drops a column"], "failed"),
        ({"a": one(REFUSED), "b": one(None)}, "canary", ["a: not ready"], "taken_back"),
        ({"a": one(ROLLED, ROLLED), "b": one(REFUSED)}, "roll", ["b: not ready"], "taken_back"),
        ({"a": one(ROLLED, REFUSED), "b": one(REFUSED)}, "roll", ["b: not ready"], "partial"),
        ({"a": one(ROLLED), "b": one(LOST)}, "roll", ["b: unreachable"], "partial"),
        ({"a": one(LOST), "b": one(None)}, "canary", ["a: unreachable"], "partial"),
        # every host has it, and then the smoke test failed where going back was not possible
        ({"a": one(ROLLED), "b": one(ROLLED)}, "smoke", ["a: answers 500"], "partial"),
        # nothing was said, and yet somebody does not have it
        ({"a": one(ROLLED), "b": one(None)}, "smoke", [], "partial"),
        ({"a": one(LOST)}, "smoke", [], "partial"),
        ({"a": one(REFUSED)}, "smoke", [], "taken_back"),
    ],
)
def test_outcomes(hosts: dict[str, dict[str, Any]], phase: str, errors: list[str], outcome: str) -> None:
    assert verdicts.verdict(hosts, phase, errors).outcome == outcome


hosts_of_any_kind = st.dictionaries(
    st.sampled_from(["app1", "app2", "app3", "app4"]),
    st.builds(one, st.sampled_from(ROLLS), st.sampled_from(BACKS)),
    min_size=1,
)
phases = st.sampled_from(["lock", "preflight", "migrate", "canary", "roll", "smoke"])


@given(hosts=hosts_of_any_kind, phase=phases, errors=st.lists(st.just("app1: x"), max_size=2))
def test_it_is_never_called_better_than_it_is(hosts: dict[str, dict[str, Any]], phase: str, errors: list[str]) -> None:
    found = verdicts.verdict(hosts, phase, errors)
    states = set(found.hosts.values())
    assert set(found.hosts) == set(hosts)
    if found.outcome == "succeeded":
        assert not errors
        assert states in ({"new"}, {"untouched"})
    if found.outcome == "taken_back":
        assert states <= {"old", "untouched"}
    if found.outcome in ("failed", "refused"):
        assert states == {"untouched"}
    if states & {"unknown"} or len(states & {"new", "old"}) == 2:
        assert found.outcome == "partial"
    assert bool(found.error) == (found.outcome != "succeeded")


@given(hosts=hosts_of_any_kind, phase=phases, errors=st.lists(st.just("app1: x"), max_size=1))
def test_a_partial_one_names_every_host_and_what_to_do(hosts: dict[str, dict[str, Any]], phase: str, errors: list[str]) -> None:
    found = verdicts.verdict(hosts, phase, errors)
    said = verdicts.message("deploy of v2", found, {"total": 12.3}, "")
    assert said.startswith("deploy of v2: ")
    assert "(12 s)" in said.splitlines()[0]
    if found.outcome == "partial":
        assert [host for host in hosts if host not in said.splitlines()[0]] == []
        assert "next: look at the hosts named above" in said
    assert ("because: " in said) == bool(found.error)


def test_a_named_mixture() -> None:
    hosts = {"app3": one(ROLLED), "app1": one(ROLLED), "app2": one(LOST), "app4": one(None)}
    said = verdicts.message("deploy of v2", verdicts.verdict(hosts, "roll", ["app2: unreachable"]), {}, "0004")
    assert said.splitlines()[0] == "deploy of v2: Partial: new on app1, app3; untouched on app4; unknown on app2"
    assert said.splitlines()[1] == "because: app2: unreachable"


@pytest.mark.parametrize(
    ("hosts", "migrated", "says"),
    [
        ({"a": one(REFUSED)}, "0004", True),
        ({"a": one(None)}, "0004", True),
        ({"a": one(REFUSED)}, "", False),
        ({"a": one(ROLLED)}, "0004", False),
    ],
)
def test_people_are_told_that_the_schema_stays(hosts: dict[str, Any], migrated: str, says: bool) -> None:
    errors = [] if hosts["a"]["roll"] == ROLLED else ["a: x"]
    said = verdicts.message("deploy", verdicts.verdict(hosts, "roll", errors), {}, migrated)
    assert ("the schema stays at 0004" in said) is says


def phase(name: str, at: float) -> dict[str, Any]:
    return {"name": name, "at": at}


def test_seconds_of_phases_and_their_total() -> None:
    began = [phase("lock", 100.0), phase("roll", 101.5), phase("smoke", 110.0), phase("roll", 112.0)]
    assert verdicts.seconds_of(began, 115.0) == {"lock": 1.5, "roll": 11.5, "smoke": 2.0, "total": 15.0}
    assert verdicts.seconds_of([], 115.0) == {}


@pytest.mark.parametrize(
    ("names", "failed"),
    [([], ""), (["lock"], "lock"), (["lock", "roll", "take_back"], "roll"), (["take_back"], "")],
)
def test_going_back_is_not_the_phase_in_which_it_failed(names: list[str], failed: str) -> None:
    assert verdicts.failed_in([phase(name, 0.0) for name in names]) == failed


def test_a_preview_does_not_say_that_anything_was_done() -> None:
    hosts = {"app1": {"roll": {"components": [{}]}, "back": None}}
    assert verdicts.message("deploy of v2", verdicts.verdict(hosts, "smoke", []), {}, "", check=True) == (
        "deploy of v2: would be done on every host; nothing was changed"
    )
    refused = verdicts.verdict({"app1": {"roll": None, "back": None}}, "preflight", ["app1: no"])
    assert verdicts.message("deploy of v2", refused, {}, "", check=True) == verdicts.message("deploy of v2", refused, {}, "")


@pytest.mark.parametrize("tried", [None, {"skipped": True}, {"failed": True, "msg": "Docker does not run"}, {"named": ""}])
def test_where_nothing_broken_was_found_nothing_is_said_of_the_image(tried: Any) -> None:
    assert verdicts.broken(tried) == ""


def test_what_an_image_breaks_is_said_before_what_was_seen_of_it() -> None:
    said = verdicts.broken({"failed": True, "named": "listens: on 127.0.0.1 only; bind 0.0.0.0"})
    assert "listens: on 127.0.0.1 only; bind 0.0.0.0" in said and said.endswith(": ")
