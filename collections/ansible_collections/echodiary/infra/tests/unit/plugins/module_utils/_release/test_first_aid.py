# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import docker, haproxy, http
from ansible_collections.echodiary.infra.plugins.module_utils._release import first_aid
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import container

SERVICES = {"api": {"networks": {"default": "", "db": "shared"}}, "clerk": {"networks": None}}
PROJECT: dict[str, Any] = {"name": "app-blue", "services": SERVICES}
EDGE = {"socket": "/run/s", "backend": "app", "save": ""}


class Standing:
    """What is asked of a ``look.Standing``."""

    active, edge, release, servers = "blue", EDGE, {"slots": {"blue": 8001, "green": 8002}}, {"blue": None}

    def __init__(self, **live: docker.Container) -> None:
        self.live = {"blue": {name: [one] for name, one in live.items()}}


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was connected, and what HAProxy was told."""
    said: list[Any] = []
    monkeypatch.setattr(docker, "connect", lambda network, _id, alias: bool(said.append((network, alias)) or network != "gone"))
    monkeypatch.setattr(haproxy, "ask", lambda _edge, words: said.append(words))
    monkeypatch.setattr(http, "request", lambda *_: http.Answer(200, ""))
    return said


def test_a_slot_that_serves_gets_its_networks_back(done: list[Any]) -> None:
    lost = container(service="api", networks={"shared": "x"})
    first_aid.reconnect(Standing(api=lost, clerk=container(service="clerk")), PROJECT)  # type: ignore[arg-type]
    assert done == [("app-blue_default", "api"), "set server app/blue health up"]


@pytest.mark.parametrize("given", [{"networks": {"shared": "x", "app-blue_default": "y"}}, {"state": "exited"}])
def test_nothing_is_done_where_nothing_is_lost_or_nothing_runs(done: list[Any], given: dict[str, Any]) -> None:
    first_aid.reconnect(Standing(api=container(service="api", **given)), PROJECT)  # type: ignore[arg-type]
    assert done == []
