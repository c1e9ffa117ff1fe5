# SPDX-License-Identifier: GPL-3.0-or-later
"""A release on trial in one call: up step by step, out when it is no good, and true whenever the run is killed."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from tests.integration.release.machine import Machine
from tests.integration.release.states import ONE, TWO, in_sync, release, well
from tests.waiting import eventually

KILL = "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null | grep -q -- ' -[I]SB' && kill -9 ${p#/proc/}; done; true"
QUICK = [{"share": 10, "hold": 1}, {"share": 100, "hold": 1}]
WELL = [{"name": "root", "path": "/"}]
IMPORTS = "from parts._release import shares"


def rolls(host: Machine, hold: float = 60, **arguments: Any) -> subprocess.Popen[str]:
    """``two`` on its way, on trial with half of the requests for as long as ``hold`` says."""
    given = {"component": "app", "steps": [{"share": 50, "hold": hold}], **arguments}
    return host.spawn({"action": {"echodiary.infra.release": given}, "vars": TWO})


def gradually(host: Machine, **arguments: Any) -> Any:
    given = {"component": "app", "steps": QUICK, "requests": WELL, **arguments}
    return host.play({"action": {"echodiary.infra.release": given}, "vars": TWO})[0]


def weights(host: Machine) -> list[int]:
    found: list[int] = host.parts("[haproxy.servers(EDGE)[slot].weight for slot in ('blue', 'green')]")
    return found


def on_trial(host: Machine) -> None:
    eventually(lambda: host.record()["trial"] == "green" and host.told()["green"] == "ready", 60)


def test_on_its_way_up_nobody_notices_and_nothing_is_left(blue: Machine) -> None:
    users = blue.users()
    done = well(gradually(blue), "green")
    assert set(blue.asked(users)) == {"one", "two"}
    assert release(done)["verified"] == ["root"]
    assert done.components["app"]["seconds"]["trial"] >= 2
    assert (blue.record()["trial"], weights(blue)[1]) == ("", 100)
    in_sync(blue, **TWO)
    well(blue.release("previous", **TWO), "blue")
    in_sync(blue, **ONE)


def test_with_nothing_declared_it_says_so(blue: Machine) -> None:
    done = well(gradually(blue, requests=[], steps=[]), "green")
    assert release(done)["verified"] == []
    assert "not verified: no requests declared" in done.components["app"]["notes"]


def test_what_does_not_answer_as_declared_gets_no_request_of_a_user(blue: Machine) -> None:
    before, users = blue.started("blue"), blue.users()
    done = gradually(blue, requests=[{"name": "odd", "path": "/", "status": 418}])
    assert set(blue.asked(users)) == {"one"}
    assert (done.failed, done.components["app"]["status"]) == (True, "taken_back")
    assert "odd (GET /) answers 200, not 418" in done.msg
    assert "started as two" in done.msg, "the end of the log"
    assert (blue.started("blue"), blue.started("green"), blue.told()) == (before, "", {"blue": "ready", "green": "maint"})
    in_sync(blue, **ONE)


def test_what_dies_on_trial_is_out_and_costs_at_most_the_answer_it_was_writing(blue: Machine) -> None:
    users, rolling = blue.users(), rolls(blue)
    on_trial(blue)
    blue.sh("docker kill app-green-api-1")
    output, _ = rolling.communicate(timeout=60)
    answers = blue.asked(users)
    assert rolling.returncode != 0
    assert "its container is exited" in output, output
    assert "slot blue was not touched and serves" in output
    lost = sum(times for answer, times in answers.items() if answer not in {"one", "two"})
    assert lost <= 1, answers
    assert (blue.record()["active"], blue.record()["trial"], weights(blue)) == ("blue", "", [100, 100])
    in_sync(blue, **ONE)


def test_killed_while_on_trial_a_check_says_so_and_the_next_run_undoes_it(blue: Machine) -> None:
    rolling = rolls(blue)
    on_trial(blue)
    blue.sh(KILL)
    rolling.wait(timeout=60)
    check = blue.converge(check=True, **ONE)
    assert check.actions == [("slot:green", "stop", "pending"), ("traffic:echodiary", "update", "pending")]
    assert any("slot green is on trial" in note for note in check.components["app"]["notes"])
    assert release(check)["slot"] == "blue"
    users = blue.users()
    well(blue.converge(**ONE), "blue")
    assert "failed" not in str(blue.asked(users))
    assert (blue.started("green"), weights(blue)[0], blue.record()["trial"]) == ("", 100, "")
    in_sync(blue, **ONE)


@pytest.mark.full
def test_killed_while_on_trial_the_next_run_tries_again(blue: Machine) -> None:
    rolling = rolls(blue)
    on_trial(blue)
    blue.sh(KILL)
    rolling.wait(timeout=60)
    users = blue.users()
    well(gradually(blue), "green")
    assert "failed" not in str(blue.asked(users))
    in_sync(blue, **TWO)
