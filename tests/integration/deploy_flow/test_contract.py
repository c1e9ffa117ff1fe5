# SPDX-License-Identifier: GPL-3.0-or-later
"""A deploy holds its image against the contract before anything is touched, and names what it breaks where it does not become well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.deploy_flow.test_role import V1, V2, Deploys, ended

LOOPBACK = "listens: it listens on 127.0.0.1:8000 only"


@pytest.fixture
def fleet(tmp_path: Path) -> Deploys:
    return Deploys(tmp_path)


def test_what_is_seen_before_it_starts_is_refused_before_anything_is_touched(fleet: Deploys) -> None:
    (fleet.state / "breaks").write_text("user: it runs as root")
    fleet.deploy()
    ended(fleet, "refused")
    assert (fleet.serving(), fleet.done("app1"), fleet.done("app2")) == ([V1, V1], [], []), fleet.output
    assert "the image breaks user: it runs as root" in fleet.output
    assert fleet.tried() == ["app1 seen"], "once, and nothing was started"
    assert "undefined" not in fleet.output


def test_a_good_image_is_looked_at_once_and_tried_by_serving(fleet: Deploys) -> None:
    fleet.deploy()
    ended(fleet, "succeeded")
    assert fleet.tried() == ["app1 seen"]
    assert (fleet.state / "tried").read_text().split()[-1] == V2, "the one that is deployed, not the one that is pinned"


def test_one_that_does_not_become_well_is_tried_once_it_is_taken_back(fleet: Deploys) -> None:
    fleet.meanwhile("app1", "present", "echo not ready after 60 s; exit 3")
    (fleet.state / "breaks.started").write_text(LOOPBACK)
    fleet.deploy(deploy_canary=1)
    assert fleet.tried() == ["app1 seen", "app1 started"]
    assert fleet.serving() == [V1, V1]
    record = json.loads((fleet.state / "history.app1").read_text().splitlines()[-1])
    assert LOOPBACK in record["error"] and "not ready after 60 s" in record["error"], fleet.output
    assert fleet.lease() is None


def test_what_has_served_before_is_not_tried(fleet: Deploys) -> None:
    fleet.deploy(deploy_kind="restart")
    ended(fleet, "succeeded")
    assert fleet.tried() == []
