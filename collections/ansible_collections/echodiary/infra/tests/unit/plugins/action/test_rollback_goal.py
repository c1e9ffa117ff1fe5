# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts registered is what the choice is made from; a host that could not be asked keeps no other from going back."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.action import rollback_goal
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import way_back
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

NEWER = {"id": "b", "at": "2026-12-02T00:00:00Z", "kind": "deploy", "outcome": "succeeded", "digest": "r/d@sha256:2"}
OLDER = {**NEWER, "id": "a", "at": "2026-12-01T00:00:00Z", "digest": "r/d@sha256:1"}


def held(running: str, previous: str) -> dict[str, Any]:
    release = {"running": {"image": running, "config": "c"} if running else None, "previous": {"image": previous} if previous else None}
    return {"changed": False, "release": release}


def test_the_history_comes_newest_first_and_is_read_from_its_beginning() -> None:
    host = rollback_goal._host("app1", {"deploy_history": {"entries": [NEWER, OLDER]}, "deploy_held": held("r/d@sha256:2", "r/d@sha256:1")})
    assert [entry["id"] for entry in host.entries] == ["a", "b"]
    assert (host.running, host.resting) == (way_back.Release("r/d@sha256:2", "c"), way_back.Release("r/d@sha256:1", ""))


def test_a_host_that_could_not_be_asked_holds_nothing_and_knows_nothing() -> None:
    empty = way_back.Host("app2", way_back.Release(), way_back.Release(), [])
    for registered in (
        {},
        {"deploy_history": {"failed": True, "msg": "x"}, "deploy_held": {"unreachable": True}},
        {"deploy_held": held("", "")},
    ):
        assert rollback_goal._host("app2", registered) == empty
    known = rollback_goal._host(
        "app1", {"deploy_history": {"entries": [NEWER, OLDER]}, "deploy_held": held("r/d@sha256:2", "r/d@sha256:1")}
    )
    way = way_back.choose([empty, known], "")
    assert (way.image, way.at_hand) == ("r/d@sha256:1", False)


def test_without_a_way_back_it_is_a_failed_result_that_says_so() -> None:
    found = Rig(rollback_goal, hostvars={"app1": {}}, ansible_play_hosts_all=["app1"]).run()
    assert found["failed"] and found["msg"]


def test_what_rests_everywhere_is_at_hand() -> None:
    history = {"entries": [NEWER, OLDER]}
    host = {"deploy_history": history, "deploy_held": held("r/d@sha256:2", "r/d@sha256:1")}
    found = Rig(rollback_goal, hostvars={"app1": host, "app2": host}, ansible_play_hosts_all=["app2", "app1"]).run()
    assert (found["image"], found["at_hand"], found["changed"]) == ("r/d@sha256:1", True, False)
