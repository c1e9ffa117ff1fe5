# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import itertools

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host.haproxy import Server
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model
from ansible_collections.echodiary.infra.plugins.module_utils._release import traffic

EDGE = {"socket": "/run/x", "backend": "web", "save": ""}
PORTS = {"blue": 8001, "green": 8002}
STATES = ("ready", "drain", "maint")


def planned(blue: str, green: str, active: str = "blue") -> list[model.Change]:
    return traffic.plan(EDGE, {"blue": Server(blue, True, 0), "green": Server(green, True, 0)}, active, model.CORRECTIVE, PORTS)


def test_one_serves_and_the_other_one_rests() -> None:
    assert planned("ready", "maint") == []
    assert planned("maint", "ready", "green") == []


@pytest.mark.parametrize(("blue", "green"), [pair for pair in itertools.product(STATES, STATES) if pair != ("ready", "maint")])
def test_everything_else_is_one_change_that_names_each_slot_that_differs(blue: str, green: str) -> None:
    (change,) = planned(blue, green)
    assert (str(change.resource), change.action, change.origin) == ("traffic:web", "update", "corrective")
    wanted = {"blue": [blue, "ready"], "green": [green, "maint"]}
    assert change.fields == {slot: states for slot, states in wanted.items() if states[0] != states[1]}


def test_ill_is_not_taken_out() -> None:
    """Whether a server is well is HAProxy's business; here counts what it was told."""
    servers = {"blue": Server("ready", False, 9), "green": Server("maint", False, 0)}
    assert traffic.plan(EDGE, servers, "blue", model.CORRECTIVE, PORTS) == []


@pytest.mark.parametrize("slot", ["blue", "green"])
def test_a_slot_whose_requests_are_sent_elsewhere(slot: str) -> None:
    """That of the slot that rests, too: it would take them along when it is let in."""
    servers = {
        "blue": Server("ready", True, 0, address="127.0.0.1:8001"),
        "green": Server("maint", False, 0, address="127.0.0.1:8002"),
    }
    assert traffic.plan(EDGE, servers, "blue", model.CORRECTIVE, PORTS) == []
    moved = {**servers, slot: servers[slot]._replace(address="10.0.0.9:80")}
    (change,) = traffic.plan(EDGE, moved, "blue", model.CORRECTIVE, PORTS)
    assert change.fields == {f"{slot} address": ["10.0.0.9:80", servers[slot].address]}
