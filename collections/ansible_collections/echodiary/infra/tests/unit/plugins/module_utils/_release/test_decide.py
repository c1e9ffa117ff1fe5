# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a component in two slots, from what was found alone."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import haproxy
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model
from ansible_collections.echodiary.infra.plugins.module_utils._release import decide

EDGE: Any = {"socket": "/run/haproxy/admin.sock", "backend": "web", "save": ""}
READY, MAINT = haproxy.Server("ready", True, 0), haproxy.Server("maint", False, 0)
FOUND = decide.Traffic(EDGE, "blue", "green", {"blue": READY, "green": MAINT}, False, "", {})
NOTHING = decide.Planned([], [], {})
SAME: Any = {"web": {"digest": "one"}}
OTHER: Any = {"web": {"digest": "two"}}


def change(kind: str, action: str, origin: str = model.CORRECTIVE) -> model.Change:
    return model.Change(model.Resource(kind, "web"), action, origin)


def release(**given: Any) -> Any:
    return {"state": "present", "image": "new", "migrate": None, "migrated": False, **given}


def services(*actions: str, last: Any = SAME) -> decide.Planned:
    return decide.Planned([change("service", action) for action in actions], [], last)


@pytest.mark.parametrize(
    ("planned", "wanted", "rolls"),
    [
        (NOTHING, SAME, False),
        (services("update"), SAME, True),
        # somebody stopped or removed it: the same is put back where it was
        (services("start"), SAME, False),
        (services("create"), SAME, False),
        # what would come back is another one
        (services("start"), OTHER, True),
        (services("create", last={}), SAME, True),
        (services("remove"), OTHER, False),
        # it would be restarted for its files
        (decide.Planned([], [change("process", "restart")], SAME), SAME, True),
        (decide.Planned([], [change("process", "reload")], SAME), SAME, False),
    ],
)
def test_what_would_replace_or_restart_what_serves_is_rolled(planned: decide.Planned, wanted: Any, rolls: bool) -> None:
    assert decide.rolls("blue", release(), planned, wanted) is rolls
    assert not decide.rolls("", release(), planned, wanted), "nothing serves yet"
    assert decide.rolls("blue", release(state=decide.RESTARTED), planned, wanted)


def test_a_roll_moves_the_traffic_before_it_finishes_what_was_cut_off() -> None:
    planned, unfinished = [change("service", "update", model.PENDING)], [change("change", "finish")]
    told = decide.rolling(planned, unfinished, FOUND)
    assert [(one.resource.kind, one.action) for one in told] == [("service", "update"), ("traffic", "switch"), ("change", "finish")]
    assert (told[1].origin, told[1].fields) == (model.PENDING, {"slot": ["blue", "green"]})


def test_in_place_the_slot_that_should_rest_is_stopped() -> None:
    told = decide.in_place([], [], FOUND._replace(idle_runs=True))
    assert [(str(one.resource), one.action, one.origin) for one in told] == [("slot:green", "stop", model.CORRECTIVE)]
    assert decide.in_place([], [], FOUND) == []
    assert decide.in_place([], [], FOUND._replace(active="", idle_runs=True)) == [], "before the first release nobody rests"


def test_what_a_run_has_on_trial_is_nobodys_hand() -> None:
    (stop,) = decide.in_place([], [], FOUND._replace(idle_runs=True, trial="green"))
    assert stop.origin == model.PENDING


@pytest.mark.parametrize(("servers", "idle_runs", "judged"), [({}, False, True), (None, True, True), (None, False, False)])
def test_traffic_is_judged_where_something_of_it_is_known(servers: Any, idle_runs: bool, judged: bool) -> None:
    assert FOUND._replace(servers=servers, idle_runs=idle_runs).is_judged is judged


@pytest.mark.parametrize(
    ("given", "active", "running", "rolled", "brings"),
    [
        ({"migrate": {}, "image": "new"}, "blue", "old", True, False),
        ({"migrate": {"env_file": "e"}}, "blue", "old", True, True),
        ({"migrate": {"env_file": "e"}}, "blue", "new", True, False),
        ({"migrate": {"env_file": "e"}}, "blue", "old", False, False),
        ({"migrate": {"env_file": "e"}, "migrated": True}, "blue", "old", True, False),
        ({"migrate": {"env_file": "e"}}, "", "", False, True),
    ],
)
def test_the_schema_comes_along_with_another_image(given: dict[str, Any], active: str, running: str, rolled: bool, brings: bool) -> None:
    assert decide.brings_image(release(**given), active, running, services("create"), rolled=rolled) is brings


def test_the_way_back_names_both_releases() -> None:
    told = decide.back(FOUND, {"image": "new", "config": "b"}, {"image": "old", "config": "a"})
    assert told.fields == {"slot": ["blue", "green"], "image": ["new", "old"], "config": ["b", "a"]}


def test_what_could_not_be_looked_at_is_not_in_sync() -> None:
    blind = FOUND._replace(servers=None)
    assert decide.sync("Synced", FOUND, unsettled=False) == "Synced"
    assert decide.sync("Synced", blind, unsettled=False) == "Unknown"
    assert decide.sync("OutOfSync", blind, unsettled=False) == "OutOfSync"
    assert decide.sync("Synced", blind._replace(active=""), unsettled=False) == "Synced"
    assert decide.sync("Synced", blind, unsettled=True) == "OutOfSync"


def test_only_what_is_made_anew_in_the_other_slot_is_of_it() -> None:
    stop = model.Change(model.Resource("slot", "green"), "stop")
    anew = model.Change(model.Resource("slot", "green"), "update")
    assert decide.of_idle([stop, anew], "green") is anew
    assert decide.of_idle([stop, anew._replace(resource=model.Resource("slot", "blue"))], "green") is None
