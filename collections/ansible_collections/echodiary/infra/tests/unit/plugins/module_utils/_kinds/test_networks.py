# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks a container is in, against those that its project wants and those that are there."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import docker
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import compose
from ansible_collections.echodiary.infra.plugins.module_utils._release import idle_slot
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import container

OWN, ID = "p_default", "id-of-it"
APPLIED = {"digest": "d", "config_hash": "hash-one", "image_id": "sha256:one"}


def project(networks: dict[str, str] | None, **given: Any) -> dict[str, Any]:
    service = {"image": "web:1", "digest": "d", "oneshot": False, "networks": networks, **given}
    return {"name": "p", "file": "/x", "services": {"web": service}}


def plan(live: docker.Container, networks: dict[str, str] | None, **given: Any) -> list[tuple[str, str, str]]:
    changes = compose.plan(project(networks, **given), {"web": [live]}, {"web:1": "sha256:one"}, {"web": APPLIED})
    return [(str(change.resource), change.action, change.origin) for change in changes]


RENEWED = [("service:web", "update", "corrective")]


@pytest.mark.parametrize(
    ("state", "there", "wanted", "changes"),
    [
        ("running", {OWN: ID}, {"default": ""}, []),
        ("running", {}, {"default": ""}, RENEWED),
        ("running", {OWN: ID, "bridge": "x"}, {"default": ""}, RENEWED),
        ("running", {"shared": ID}, {"default": "shared"}, []),
        ("running", {"p_front": "x", OWN: ID}, {"front": "", "default": ""}, []),
        ("running", {"p_front": "x"}, {"front": "", "default": ""}, RENEWED),
        # what would only be started could not start
        ("exited", {}, {"default": ""}, RENEWED),
        ("exited", {OWN: ID}, {"default": ""}, [("service:web", "start", "corrective")]),
        # not for the project to say
        ("running", {"host": "x"}, None, []),
    ],
)
def test_a_container_is_in_the_networks_of_its_project(
    state: str, there: dict[str, str], wanted: dict[str, str] | None, changes: list[tuple[str, str, str]]
) -> None:
    assert plan(container(state=state, networks=there), wanted) == changes


def test_what_ran_once_and_ended_needs_none() -> None:
    assert plan(container(state="exited", networks={}), {"default": ""}, oneshot=True) == []


def test_a_project_that_does_not_tell_its_networks_is_not_compared() -> None:
    """As controllers before said nothing of them."""
    told = project({})
    del told["services"]["web"]["networks"]
    live = {"web": [container()]}
    assert compose.plan(told, live, {"web:1": "sha256:one"}, {"web": APPLIED}) == []
    assert "networks" not in compose.record(told, live)["web"]


def test_the_record_keeps_what_is_wanted() -> None:
    assert compose.record(project({"default": "", "front": "x"}), {"web": [container()]})["web"]["networks"] == [OWN, "x"]


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        ({OWN: ID}, {OWN: ID}),
        ({OWN: "pruned"}, {}),
        # pruned, and made again since: a container keeps to the one that it was made with
        ({OWN: "older"}, {}),
        # never started: it is told by its name
        ({OWN: ""}, {OWN: ""}),
        ({"gone": ""}, {}),
    ],
)
def test_what_is_stopped_names_networks_that_may_be_gone(named: dict[str, str], kept: dict[str, str]) -> None:
    found = docker.without_lost(container(state="exited", networks=named), {ID: OWN, "another": "bridge"})
    assert found.networks == kept


# -- what rests --------------------------------------------------------------------------------------------------------

SERVICES = {"web": {**APPLIED, "networks": [OWN]}}


def rests(**given: Any) -> dict[str, list[docker.Container]]:
    return {"web": [container(state="exited", **given)]}


@pytest.mark.parametrize(
    ("live", "services", "trouble"),
    [
        (rests(networks={OWN: ID}), SERVICES, {}),
        (rests(networks={}), SERVICES, {"network": ["gone", OWN]}),
        ({}, SERVICES, {"container": ["gone", "web"]}),
        (rests(networks={OWN: ID}), {**SERVICES, "worker": APPLIED}, {"container": ["gone", "worker"]}),
        # somebody put it into one more: it starts all the same
        (rests(networks={OWN: ID, "bridge": "x"}), SERVICES, {}),
        # recorded by an earlier version: the one that it was made with is known all the same
        (rests(networks={}, network_mode=OWN), {"web": APPLIED}, {"network": ["gone", OWN]}),
        (rests(networks={OWN: ID}, network_mode=OWN), {"web": APPLIED}, {}),
        (rests(networks={"host": "x"}, network_mode="host"), {"web": APPLIED}, {}),
        (rests(networks={}, network_mode="container:abc"), {"web": APPLIED}, {}),
        # not recorded at all
        ({}, {}, {"container": ["gone", "one"]}),
        (rests(networks={}, network_mode=OWN), {}, {"network": ["gone", OWN]}),
    ],
)
def test_why_what_rests_could_not_start(
    live: dict[str, list[docker.Container]], services: dict[str, dict[str, Any]], trouble: dict[str, list[str]]
) -> None:
    assert idle_slot.trouble(live, services) == trouble


def test_what_rests_and_was_made_otherwise_would_not_start_as_it_was_left() -> None:
    shown = {"Id": "c" * 64, "Image": "i", "State": {"Status": "exited"}, "Config": {"Labels": {}, "Cmd": ["mine"]}}
    services = {"web": {**SERVICES["web"], "made": {"command": ["serve"]}}}
    found = idle_slot.trouble(rests(networks={OWN: ID}, inspected=shown), services)
    assert found["command"] == [["mine"], ["serve"]]
