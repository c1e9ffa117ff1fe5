# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases that get ready and are no good: out of the canary before two in a hundred of its host's requests have failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.e2e import drill, faults, fleet

pytestmark = [pytest.mark.usefixtures("released")]

RATE = 60.0
#: the most of the canary host's requests that may fail
BOUND = 0.02
#: as the role has it; the lab's own is shorter
SCHEDULE = [{"share": 1, "hold": 5}, {"share": 10, "hold": 5}, {"share": 100, "hold": 10}]
CANARY, OTHER = drill.TARGETS


@pytest.fixture(scope="module")
def released(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    fleet.converge(tmp_path_factory.mktemp("converge"))


@pytest.fixture
def as_before() -> Iterator[None]:
    before, containers = drill.everywhere(), {host: drill.running_containers(host) for host in drill.APPS}
    yield
    assert drill.everywhere() == before
    assert {host: drill.running_containers(host) for host in drill.APPS} == containers
    assert drill.lease() is None


def failing(found: Mapping[str, Any], target: str) -> float:
    """The share of a host's requests that failed."""
    counted = found["result"].hosts[target]
    return float(counted["failed"] / counted["sent"])


def refused(tag: str, **variables: Any) -> tuple[drill.Ran, Mapping[str, Any]]:
    """A deploy under load that has to be taken back, and what its users saw."""
    faults.publish(tag)
    with drill.traffic(RATE, paths=drill.COUNTED) as found:
        ran = drill.run("deploy", release=tag, **variables)
    assert ran.code != 0, ran.output
    assert failing(found, CANARY) <= BOUND, found["result"]
    assert failing(found, OTHER) == 0, found["result"]
    assert found["ledger"].exact, found["ledger"]
    return ran, found


@pytest.mark.e2e
@pytest.mark.usefixtures("as_before")
def test_release_that_cannot_write_gets_no_request_of_a_user() -> None:
    ran, found = refused("hanging-writes")
    drill.nothing_lost(found)
    assert "POST /verify" in ran.output
    assert drill.history()[-1]["outcome"] == "taken_back"


@pytest.mark.full
@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize("tag", ["hanging-writes", "hanging-entries", "hanging", "growing"])
@pytest.mark.parametrize("declared", [True, False])
def test_bad_release_is_out_before_two_in_a_hundred_requests_have_failed(tag: str, declared: bool) -> None:
    undeclared = {} if declared else {"deploy_verify_requests": []}
    ran, _ = refused(tag, deploy_rollout=SCHEDULE, **undeclared)
    assert "every host runs what it ran before" in ran.output
    assert ("not verified: no requests declared" in ran.output) == (not declared)


@pytest.mark.full
@pytest.mark.parametrize("declared", [True, False])
def test_good_release_loses_nothing_on_the_way_up(declared: bool) -> None:
    tag = drill.publish("good" if declared else "good-too")
    undeclared = {} if declared else {"deploy_verify_requests": []}
    with drill.traffic(RATE, paths=drill.COUNTED) as found:
        ran = drill.run("deploy", release=tag, deploy_rollout=SCHEDULE, **undeclared)
    assert ran.code == 0, ran.output
    drill.nothing_lost(found)
    assert {version for version, _ in drill.everywhere()} == {tag}
    assert ("not verified: no requests declared" in ran.output) == (not declared)
