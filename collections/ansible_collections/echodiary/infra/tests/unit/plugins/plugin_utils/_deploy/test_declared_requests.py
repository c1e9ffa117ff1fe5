# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import trial_options
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import declared_requests, verified
from ansible_collections.echodiary.infra.plugins.plugin_utils._gate import options

READ = {"name": "entries", "path": "/entries?limit=1", "edge": True}
WRITE = {"name": "verify", "method": "POST", "path": "/verify", "json": {"status": "ok"}, "status": "201", "timeout": 2.0}


def test_a_slot_is_asked_everything_at_its_own_port() -> None:
    assert declared_requests.of_slot([READ, WRITE], 8002) == [
        {"name": "entries of the slot", "url": "http://127.0.0.1:8002/entries?limit=1", "status": [200]},
        {
            "name": "verify of the slot",
            "url": "http://127.0.0.1:8002/verify",
            "status": [201],
            "method": "POST",
            "json": {"status": "ok"},
            "timeout": 2.0,
        },
    ]


@pytest.mark.parametrize("port", [None, "", 0])
def test_where_there_is_no_slot_nothing_is_asked(port: Any) -> None:
    assert declared_requests.of_slot([READ], port) == []


OTHER: Any = {"name": "edge", "path": "/other"}


def test_an_edge_is_asked_what_it_answers() -> None:
    found = declared_requests.of_edges({"app1": "10.0.0.1", "app2": "10.0.0.2"}, 80, [READ, WRITE], OTHER)
    assert [(one["name"], one["url"]) for one in found] == [
        ("entries of app1", "http://10.0.0.1:80/entries?limit=1"),
        ("entries of app2", "http://10.0.0.2:80/entries?limit=1"),
    ]


def test_an_edge_that_answers_nothing_declared_is_asked_all_the_same() -> None:
    """Else a quiet hour would have no samples."""
    (found,) = declared_requests.of_edges({"app1": "10.0.0.1"}, 80, [WRITE], OTHER)
    assert found["url"] == "http://10.0.0.1:80/other"


def test_addresses() -> None:
    hostvars = {"a": {"private_address": "10.0.0.1", "ansible_host": "x"}, "b": {"ansible_host": "10.0.0.2"}, "c": {}}
    assert declared_requests.addresses(["a", "b", "c"], hostvars) == {"a": "10.0.0.1", "b": "10.0.0.2", "c": "c"}


def test_conditions_have_the_options_of_a_gate() -> None:
    for one in declared_requests.of_slot([{**READ, "body": "x", "headers": {}, "method": "PUT"}, WRITE], 1):
        assert set(one) <= set(options._HTTP)


# -- what may be said --------------------------------------------------------------------------------------------------


def rolled(**release: Any) -> dict[str, Any]:
    return {"changed": True, "components": [{}], "release": release}


@pytest.mark.parametrize(
    ("rolls", "words"),
    [
        ([], ""),
        ([None, {}, {"unreachable": True}, rolled(slot="blue")], ""),
        ([rolled(verified=["entries", "verify"]), rolled(verified=["entries", "verify"])], "verified by: entries, verify"),
        ([rolled(verified=["entries", "verify"]), None], "verified by: entries, verify"),
    ],
)
def test_what_was_asked_is_said(rolls: list[Any], words: str) -> None:
    assert verified.words(rolls) == words


def test_with_none_declared_nothing_is_called_verified() -> None:
    words = verified.words([rolled(verified=[]), None])
    assert words.startswith("not verified: no requests declared")
    assert words.replace("not verified", "").count("verified") == 0


# -- what may be asked for ---------------------------------------------------------------------------------------------


BOUNDS = {"errors": 3, "error_rate": 0.05, "in_flight": 8, "silence": 3.0, "memory": 0.9}
STEPS = [{"share": 1.0, "hold": 5.0}, {"share": 100.0, "hold": 10.0}]
ASKED = [{"name": "a", "path": "/a", "timeout": 5.0}]


def args(**given: Any) -> dict[str, Any]:
    return {"steps": STEPS, "requests": ASKED, "bounds": BOUNDS, **given}


def test_what_is_read_is_what_the_host_takes() -> None:
    assert trial_options.read(args()) == args()
    assert trial_options.read(args(requests=None, steps=[])) == args(requests=None, steps=[])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"steps": [{"share": 0.0, "hold": 1.0}]}, "steps: the shares"),
        ({"steps": [{"share": 101.0, "hold": 1.0}]}, "steps: the shares"),
        ({"steps": STEPS[::-1]}, "steps: the shares"),
        ({"steps": [STEPS[0], STEPS[0]]}, "steps: the shares"),
        ({"steps": [{"share": 1.0, "hold": -1.0}]}, "steps: the holds"),
        ({"steps": [{"share": 1.0, "hold": 151.0}]}, "steps: the holds"),
        ({"requests": [*ASKED, *ASKED]}, "two are named a"),
        ({"requests": [{**ASKED[0], "path": "http://elsewhere/"}]}, "has to begin with /"),
        ({"requests": [{**ASKED[0], "timeout": 0.0}]}, "timeout"),
        ({"bounds": {**BOUNDS, "errors": 0}}, "bounds: errors"),
        ({"bounds": {**BOUNDS, "memory": 90.0}}, "bounds: memory is a share"),
        ({"bounds": {**BOUNDS, "error_rate": 0.0}}, "bounds: error_rate is a share"),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        trial_options.read(args(**given))
