# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import log_lines
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

SPAN = {"since": "2026-12-01T12:00:00Z", "until": "2026-12-01T13:00:00Z"}
ANSWER: dict[str, Any] = {"changed": False, "lines": [{"_time": "2026-12-01T12:30:00Z", "_msg": "x", "host": "app1"}], "cut": False}


def test_what_is_asked_is_sent_in_both_forms() -> None:
    rig = Rig(log_lines, ANSWER)
    assert rig.run(**SPAN, level="ERROR", components=["echodiary"], text="x")["lines"] == ANSWER["lines"]
    assert rig.packages == ["_logs"]
    assert rig.manifest["levels"] == ["ERROR", "CRITICAL"]
    assert rig.manifest["query"].endswith('component:in("echodiary") level:in("ERROR", "CRITICAL") ~"x"')
    assert rig.manifest["until"] - rig.manifest["since"] == 3600


def test_a_host_is_asked_for_under_the_name_by_which_it_ships() -> None:
    rig = Rig(log_lines, ANSWER, hostvars={"app1": {"log_shipper_host": "web-1"}, "app2": {}})
    rig.run(**SPAN, hosts=["app1", "app2"], limit="app")
    assert 'host:in("web-1", "app2")' in rig.manifest["query"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"since": "15m"}, "since: '15m' is no time"),
        ({"until": "2026-12-01T12:00:00"}, "until: '2026-12-01T12:00:00' is no time"),
        ({"level": "loud"}, "level 'loud' is none of"),
        ({"last": 0}, "last: 0 is not between 1 and 10000"),
        ({"limit": "nobody"}, "no host of the inventory is nobody"),
    ],
)
def test_what_cannot_be_asked_is_not_sent(given: dict[str, Any], why: str) -> None:
    assert why in Rig(log_lines, ANSWER).refused(**{**SPAN, **given})


def test_a_request_brings_what_the_database_said_for_it() -> None:
    request = {"_time": "2026-12-01T12:30:00.5Z", "_msg": "GET /entries 200", "database_pid": "41", "duration_ms": "1200"}
    said = {"_time": "2026-12-01T12:30:00.4Z", "_msg": "LOG:  duration: 1100 ms", "component": "postgres", "pid": "41"}
    rig = Rig(log_lines, {**ANSWER, "lines": [request]}, {**ANSWER, "lines": [said]})
    assert rig.run(**SPAN, request="r-1")["lines"] == [said, request]
    assert [one["query"].count('pid:="41"') for one in rig.sent] == [0, 1]


@pytest.mark.parametrize("asked", [{"text": "x"}, {"request": "r-1", "components": ["haproxy"]}, {"request": "r-1", "source": "host"}])
def test_where_the_database_was_not_asked_for_it_is_not_asked(asked: dict[str, Any]) -> None:
    rig = Rig(log_lines, {**ANSWER, "lines": [{"_time": "2026-12-01T12:30:00Z", "_msg": "x", "database_pid": "41"}]})
    assert len(rig.run(**SPAN, **asked)["lines"]) == len(rig.sent) == 1


def test_a_database_that_cannot_be_asked_leaves_the_request() -> None:
    request = {"_time": "2026-12-01T12:30:00Z", "_msg": "x", "database_pid": "41"}
    rig = Rig(log_lines, {**ANSWER, "lines": [request]}, {"failed": True, "msg": "gone"})
    assert rig.run(**SPAN, request="r-1")["lines"] == [request]


def test_a_store_that_is_down_fails_the_task_with_its_line() -> None:
    found = Rig(log_lines, {"changed": False, "failed": True, "msg": "store all at 127.0.0.1:9428: refused"}).run(**SPAN)
    assert (found["failed"], found["msg"]) == (True, "store all at 127.0.0.1:9428: refused")


def test_a_host_that_says_nothing_is_a_failure_that_may_be_borne() -> None:
    assert Rig(log_lines, "").run(**SPAN)["failed"]
