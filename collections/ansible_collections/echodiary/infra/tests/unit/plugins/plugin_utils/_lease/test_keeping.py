# SPDX-License-Identifier: GPL-3.0-or-later
"""How a lease is kept alive: the same way it was taken, in time for two attempts to fail, and not once it is somebody else's."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import give_back as back
from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import keeping, renewer

TASK = {"args": {"reason": "deploy", "directory": "/srv/lease"}, "become": True, "connection": "ssh"}


def held() -> back.Held:
    (lease,) = back.after({}, "app1", TASK, {"token": 7}).values()
    return lease


def test_it_is_renewed_the_way_it_was_taken() -> None:
    job = keeping.job(held(), {"inventory": ["one"]}, {"a": 1}, 900)
    assert job["words"][:-1] == back.command(held(), {"inventory": ["one"]})[:-1]
    assert json.loads(job["words"][-1]) == {"state": "renewed", "token": 7, "directory": "/srv/lease"}
    assert job["variables"] == {"a": 1}


@pytest.mark.parametrize("ttl", [15, 60, 900, 3600])
def test_two_attempts_may_fail_before_it_ends(ttl: float) -> None:
    job = keeping.job(held(), {}, {}, ttl)
    assert job["every"] + 2 * (job["again"] + job["deadline"]) <= ttl * 4 / 3
    assert job["every"] + job["deadline"] + job["again"] + job["deadline"] / 2 < ttl


@pytest.mark.parametrize(
    ("given", "ttl"), [({}, 900.0), ({"ttl": 15}, 15.0), ({"ttl": 7.5}, 7.5), ({"ttl": "60"}, 60.0), ({"ttl": None}, 900.0)]
)
def test_how_long_it_lives_is_what_was_asked_for(given: dict[str, Any], ttl: float) -> None:
    assert keeping.ttl_of(given) == ttl


def _job(code: str, **given: Any) -> renewer.Job:
    job: renewer.Job = {
        "words": [sys.executable, "-c", code], "variables": {"x": 1}, "every": 60.0, "again": 1.0, "deadline": 30.0, "lost": "was lost",
        "parent": 0,
    }  # fmt: skip
    job.update(given)  # type: ignore[typeddict-item]
    return job


def test_one_whose_run_ended_before_it_began_renews_nothing() -> None:
    """Killed just after it had got its lease: nobody would ever end a renewer that took whoever adopted it for its run."""
    run = subprocess.Popen(["true"])
    run.wait()
    command = [sys.executable, "-ISB", str(renewer.__file__)]
    done = subprocess.run(command, input=json.dumps(_job("", parent=run.pid)), text=True, timeout=10, check=False)
    assert done.returncode == 0


def test_an_attempt_that_went_well_has_nothing_to_say_and_gets_the_variables() -> None:
    assert renewer.renew(_job("import sys, json; assert json.load(open(sys.argv[2][1:])) == {'x': 1}")) is None


@pytest.mark.parametrize(
    ("code", "given", "lost"),
    [
        ("print('lock deploy was lost: now held by ann'); raise SystemExit(2)", {}, True),
        ("print('app1 is unreachable'); raise SystemExit(4)", {}, False),
        ("import time; time.sleep(60)", {"deadline": 0.2}, False),
        ("", {"words": ["/nowhere/ansible"]}, False),
    ],
)
def test_an_attempt_that_failed_says_why(code: str, given: dict[str, Any], lost: bool) -> None:
    said = renewer.renew(_job(code, **given))
    assert said
    assert ("was lost" in said) is lost
