# SPDX-License-Identifier: GPL-3.0-or-later
"""The component itself says whether it lives in slots, and what is not clear is refused before anything is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.deploy_flow.test_role import V1, V2, Deploys, ended


@pytest.fixture
def fleet(tmp_path: Path) -> Deploys:
    return Deploys(tmp_path)


def test_a_component_without_slots_is_restarted_in_place_and_asked_nothing_that_users_ask(fleet: Deploys) -> None:
    nobody = [{"name": "alive", "url": "http://127.0.0.1:9/"}]
    fleet.deploy(deploy_kind="restart", deploy_component="haproxy", deploy_requests=nobody)
    ended(fleet, "succeeded")
    looked = (fleet.state / "log").read_text().splitlines()
    assert looked == ["app1 restarted", "app2 restarted"], fleet.output
    last = json.loads((fleet.state / "history.app1").read_text().splitlines()[-1])
    assert "digest" not in last, "the application's image has not been restarted"


def test_one_with_slots_keeps_what_runs_whatever_is_pinned(fleet: Deploys) -> None:
    fleet.deploy(deploy_kind="restart")
    ended(fleet, "succeeded")
    assert fleet.done("app1") == ["restarted"], fleet.output
    assert json.loads((fleet.state / "history.app1").read_text().splitlines()[-1])["digest"] == V1


@pytest.mark.parametrize(
    ("given", "said"), [({"deploy_component": "nothing"}, "unknown component 'nothing'"), ({"echodiary_image": ""}, "-e release=")]
)
def test_what_is_not_clear_is_refused_before_the_lease(fleet: Deploys, given: dict[str, str], said: str) -> None:
    fleet.deploy(**given)
    assert said in fleet.output
    assert not (fleet.place / "lease").exists()
    assert (fleet.serving(), fleet.outcomes()) == ([V1, V1], ["", ""])


def test_a_release_is_found_beside_what_is_pinned(fleet: Deploys) -> None:
    fleet.deploy("-e", "release=v9")
    assert "registry/app:v9 on every host" in fleet.output
    assert fleet.serving() == [V2, V2]
