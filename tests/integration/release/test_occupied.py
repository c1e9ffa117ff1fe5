# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else's container under a name of ours: it goes when it carries nothing, else it is told whose it is, by a check too."""

from __future__ import annotations

import pytest

from tests.integration.release.machine import Machine
from tests.integration.release.states import TWO, in_sync, well

MAKE = "docker create --label team=data --name"
IDLE = "release-test/app:3 true"


def test_one_that_carries_nothing_is_replaced(green: Machine) -> None:
    green.sh(f"docker rm -f app-green-api-1; {MAKE} app-green-api-1 {IDLE}")
    check = green.converge(check=True, **TWO)
    assert check.actions == [("container:app-green-api-1", "remove", "corrective"), ("service:api", "create", "corrective")]
    shown = next(change for change in check.changes if change["action"] == "remove")["fields"]["container"][0]
    assert [word for word in ("release-test/app:3", "team=data", "created", "made 20") if word not in shown] == []
    done = green.converge(**TWO)
    assert (done.failed, done.actions) == (False, check.actions)
    assert green.edge() == "two"
    in_sync(green, **TWO)


def test_one_that_runs_is_left_alone_and_told(green: Machine) -> None:
    green.sh(f"docker rm -f app-green-api-1; docker run -d -v /usr:/usr:ro --name app-green-api-1 {IDLE.replace('true', 'sleep 600')}")
    for check in (True, False):
        done = green.converge(check=check, **TWO)
        assert (done.failed, done.actions, done.result["changed"]) == (True, [], False), "nothing is promised that cannot be"
        assert "docker rm -f app-green-api-1" in done.msg
        assert "release-test/app:3" in done.msg
        assert "it is running" in done.msg
    # the way out that does not touch it, and the one that does
    well(green.release("previous", **TWO), "blue")
    assert green.edge() == "one"
    green.sh("docker rm -f app-green-api-1")
    well(green.converge(**TWO), "green")
    in_sync(green, **TWO)


@pytest.mark.full
def test_a_roll_into_a_slot_whose_name_is_taken_is_not_promised(green: Machine) -> None:
    green.sh(f"docker rm -f app-blue-api-1; docker create -v kept:/data --name app-blue-api-1 {IDLE}")
    for check in (True, False):
        done = green.release(app_image="release-test/app:3", app_who="three", check=check)
        assert done.failed
        assert "docker rm -f app-blue-api-1" in done.msg
        assert "it mounts kept" in done.msg
    quiet = green.converge(check=True, **TWO)
    assert quiet.actions == [("slot:blue", "report", "corrective")]
    assert "docker rm -f app-blue-api-1" in quiet.changes[0]["why"]
    done = green.converge(**TWO)
    assert (done.failed, done.result["sync"], done.result["health"]) == (False, "OutOfSync", "Healthy")
    assert green.edge() == "two"
    green.sh("docker rm -f app-blue-api-1; docker volume rm kept")
    well(green.converge(**TWO), "green")
    in_sync(green, **TWO)
