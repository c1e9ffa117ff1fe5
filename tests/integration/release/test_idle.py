# SPDX-License-Identifier: GPL-3.0-or-later
"""What rests is part of the state: whatever was taken from it is named and given back, and no way into that slot is lost meanwhile."""

from __future__ import annotations

import pytest

from tests.integration.release.machine import Machine
from tests.integration.release.states import TWO, in_sync, well

PRUNED, CUT_OFF, REMOVED = (
    "docker network prune -f",
    "docker network disconnect -f app-{slot}_default app-{slot}-api-1",
    "docker rm app-{slot}-api-1",
)


def takes(host: Machine, do: str, slot: str) -> None:
    """Something from what rests in ``slot``."""
    look = f"docker network ls -q; docker ps -aq; docker inspect -f '{{{{json .NetworkSettings.Networks}}}}' app-{slot}-api-1"
    before = host.sh(look)
    host.sh(do.format(slot=slot))
    assert host.sh(look, check=False) != before


def test_what_was_taken_from_it_is_named_and_given_back(green: Machine, subtests: pytest.Subtests) -> None:
    for do in (PRUNED, CUT_OFF, REMOVED):
        with subtests.test(do):
            serving = green.started("green")
            takes(green, do, "blue")
            check = green.converge(check=True, **TWO)
            assert check.actions == [("slot:blue", "update", "corrective")]
            assert (check.result["sync"], check.result["health"]) == ("OutOfSync", "Healthy")
            done = green.converge(**TWO)
            assert (done.failed, done.actions, done.result["changed"]) == (False, check.actions, True)
            assert (green.started("green"), green.started("blue")) == (serving, ""), "made, and neither started nor served"
    in_sync(green, **TWO)
    # the last way back: what was cut off starts, yet nobody reaches it
    takes(green, CUT_OFF, "blue")
    well(green.release("previous", expect="release-test/app:1", **TWO), "blue")
    assert green.edge() == "one"


@pytest.mark.full
def test_restarts_into_it_work_whatever_was_taken(green: Machine) -> None:
    """The same definition in both slots: nothing but its networks says that a container is to be made anew."""
    well(green.release("restarted", **TWO), "blue")
    users = green.users()
    for do, slot in ((PRUNED, "green"), (CUT_OFF, "blue"), (REMOVED, "green")):
        takes(green, do, slot)
        well(green.release("restarted", **TWO), slot)
    assert set(green.asked(users)) == {"two"}
    in_sync(green, **TWO)


def test_a_serving_slot_that_was_cut_off_is_left_for_the_other_one(green: Machine) -> None:
    """A container only takes networks that it was made with, so it is rolled; what rests afterwards could serve again."""
    green.sh("docker network connect bridge app-green-api-1; docker network disconnect -f app-green_default app-green-api-1")
    check = green.converge(check=True, **TWO)
    assert ("service:api", "update", "corrective") in check.actions
    assert ("traffic:echodiary", "switch", "corrective") in check.actions
    done = well(green.converge(**TWO), "blue")
    assert done.actions == check.actions
    in_sync(green, **TWO)
    well(green.release("previous", **TWO), "green")
    assert green.edge() == "two"


@pytest.mark.full
def test_an_image_that_is_gone_is_named_and_what_can_start_without_it_does(green: Machine) -> None:
    green.sh("docker rmi -f $(docker inspect -f '{{.Image}}' app-blue-api-1)")
    check = green.converge(check=True, **TWO)
    assert check.actions == [("slot:blue", "update", "corrective")]
    # no registry has it
    done = green.converge(**TWO)
    assert (done.failed, done.actions, done.result["sync"]) == (False, [("slot:blue", "report", "corrective")], "OutOfSync")
    assert any("slot blue" in note and "release-test/app:1" in note for note in done.components["app"]["notes"])
    well(green.release("previous", **TWO), "blue")
    assert green.edge() == "one"
