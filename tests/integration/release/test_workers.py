# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that no request brings: done once, whatever release does it, and in one slot at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.release import desk
from tests.integration.release.machine import Machine
from tests.integration.release.test_trouble import KILL
from tests.waiting import eventually

Desk = tuple[Machine, desk.Redis, dict[str, Any]]
ONE, TWO = "release-test/app:1", "release-test/app:2"
NIGHTLY = {"report": {"schedule": "*-*-* 03:00:00", "service": "report"}}


@pytest.fixture(scope="module")
def redis(host: Machine) -> Iterator[desk.Redis]:
    made = desk.Redis(host)
    yield made
    made.end()


@pytest.fixture
def at(app: Machine, redis: desk.Redis) -> Iterator[Desk]:
    """The host, Redis, and what a play has to know of it."""
    desk.forget(app)
    redis.ask("FLUSHALL")
    yield app, redis, {"redis": redis.address}
    desk.forget(app)


def release(found: Desk, state: str = "present", number: int = 1, component: str = "desk", **more: Any) -> Any:
    host, _, known = found
    return host.release(state, component=component, **known, **desk.images(number, **more))


def converge(found: Desk, number: int = 1, component: str = "desk", *, check: bool = False, **more: Any) -> Any:
    host, _, known = found
    return host.one([component], check=check, **known, **desk.images(number, **more))


def in_sync(found: Desk, number: int, component: str = "desk", **more: Any) -> None:
    seen = converge(found, number, component, check=True, **more)
    assert (seen.actions, seen.result["sync"], seen.result["health"]) == ([], "Synced", "Healthy"), seen.result


def all_done_once(redis: desk.Redis, given: list[str]) -> None:
    eventually(lambda: redis.ask("LLEN", "queue") == ["0"] and redis.ask("LLEN", "taken") == ["0"], 30)
    assert redis.done() == dict.fromkeys(given, 1)


def test_a_worker_is_switched_with_its_release_and_no_job_is_lost_or_done_twice(at: Desk) -> None:
    host, redis, _ = at
    first = converge(at)
    assert not first.failed, first.msg
    in_sync(at, 1)
    with redis.work() as given:
        users = host.users(desk.NAME)
        eventually(lambda: redis.by().get(ONE, 0) > 5, 30)
        done = release(at, number=2)
        assert not done.failed, done.msg
        assert desk.runs(host, "desk") == {"desk-green-api-1", "desk-green-clerk-1"}
        eventually(lambda: redis.by().get(TWO, 0) > 5, 30)
        assert not (back := release(at, "previous", 2)).failed, back.msg
        answers = host.asked(users)
    assert set(answers) == {ONE, TWO}, "no request failed"
    all_done_once(redis, given)
    assert redis.together() == {"1"}, "whoever began was alone at work"
    assert set(redis.by()) == {ONE, TWO}
    in_sync(at, 1)


def test_workers_that_do_not_stay_up_give_the_work_back(at: Desk) -> None:
    host, redis, _ = at
    assert not converge(at).failed
    with redis.work() as given:
        users = host.users(desk.NAME)
        # Python alone may take a second to begin here: who looks more often than that takes it for one that stays.
        done = release(at, number=2, desk_ends="at once", desk_pace="0.01", desk_interval=2)
        answers = host.asked(users)
    assert (done.failed, done.components["desk"]["status"]) == (True, "taken_back")
    assert "no work today" in done.msg, "the end of the log"
    assert set(answers) <= {ONE, TWO}
    assert desk.runs(host, "desk") == {"desk-blue-api-1", "desk-blue-clerk-1"}
    assert host.parts("{name: server.admin for name, server in haproxy.servers(EDGE).items()}", edge=desk.EDGE) == {
        "blue": "ready",
        "green": "maint",
    }
    all_done_once(redis, given)
    assert redis.by().keys() == {ONE}
    assert redis.together() == {"1"}
    in_sync(at, 1)


@pytest.mark.full
def test_one_that_does_not_end_in_time_is_killed_and_people_are_told(at: Desk) -> None:
    assert not converge(at, desk_ends="never", desk_grace="1s").failed
    done = release(at, number=2, desk_grace="1s")
    assert not done.failed, done.msg
    assert any("clerk of slot blue was killed after its grace period (1 s)" in note for note in done.components["desk"]["notes"])


def test_a_run_that_is_killed_while_the_work_changes_hands_leaves_it_to_one(at: Desk) -> None:
    host, redis, known = at
    assert not converge(at, desk_pace="2").failed
    redis.ask("RPUSH", "queue", "long", "next")
    eventually(lambda: redis.ask("LRANGE", "taken", "0", "-1") == ["long"], 20)
    action = {"echodiary.infra.release": {"component": "desk", "migrate": True}}
    rolling = host.spawn({"action": action, "vars": {**known, **desk.images(2, desk_pace="2")}})
    eventually(lambda: "desk-green-api-1" in desk.runs(host, "desk-green"), 60)
    eventually(lambda: redis.ask("LLEN", "taken") == ["0"] or not desk.runs(host, "desk-blue-clerk"), 60)
    host.sh(KILL)
    rolling.communicate(timeout=60)
    again = converge(at, 2, desk_pace="2")
    assert not again.failed, again.msg
    all_done_once(redis, ["long", "next"])
    assert redis.together() == {"1"}
    assert len(desk.runs(host, "clerk")) == 1
    in_sync(at, 2, desk_pace="2")


def test_work_goes_back_even_where_haproxy_cannot_be_told(at: Desk) -> None:
    host, redis, _ = at
    assert not converge(at, desk_pace="3").failed
    redis.ask("RPUSH", "queue", "long")
    eventually(lambda: redis.ask("LRANGE", "taken", "0", "-1") == ["long"], 20)
    gone = host.start('until grep -q \'"next": "green"\' /var/lib/echodiary/slots/desk.json; do sleep 0.05; done; systemctl stop haproxy')
    try:
        done = release(at, number=2, desk_pace="3")
    finally:
        gone.terminate()
        host.sh("systemctl start haproxy")
    assert (done.failed, done.components["desk"]["status"], done.components["desk"]["sync"]) == (True, "taken_back", "OutOfSync")
    assert "the traffic could not be put right" in done.msg
    assert desk.runs(host, "desk") == {"desk-blue-api-1", "desk-blue-clerk-1"}
    all_done_once(redis, ["long"])
    assert redis.together() == {"1"}
    assert not converge(at, desk_pace="3").failed
    in_sync(at, 1, desk_pace="3")


def test_a_release_that_fails_after_a_killed_run_leaves_somebody_at_work(at: Desk) -> None:
    host, _, _ = at
    assert not converge(at).failed
    # as a run leaves it that was killed between the two
    host.sh('sed -i \'s/"next": ""/"next": "green"/\' /var/lib/echodiary/slots/desk.json && docker stop desk-blue-clerk-1')
    done = release(at, number=2, desk_grace="soon")
    assert (done.failed, done.components["desk"]["status"]) == (True, "taken_back")
    assert desk.runs(host, "desk") == {"desk-blue-api-1", "desk-blue-clerk-1"}
    in_sync(at, 1)


def test_a_worker_of_another_name_takes_the_work_over_on_a_host_that_kept_no_workers(at: Desk) -> None:
    host, redis, _ = at
    assert not converge(at).failed
    # a version that knew no workers
    forget = "import json, sys; path = sys.argv[1]; kept = json.load(open(path)); del kept['workers']; json.dump(kept, open(path, 'w'))"
    host.sh(f'python3 -c "{forget}" /var/lib/echodiary/slots/desk.json')
    assert (seen := converge(at)).actions == [], seen.result
    with redis.work() as given:
        assert not (done := release(at, number=2, desk_clerk="scribe")).failed, done.msg
        assert desk.runs(host, "desk") == {"desk-green-api-1", "desk-green-scribe-1"}
        eventually(lambda: redis.by().get(TWO, 0) > 5, 30)
        assert not (back := release(at, "previous", 2, desk_clerk="scribe")).failed, back.msg
        assert desk.runs(host, "desk") == {"desk-blue-api-1", "desk-blue-clerk-1"}
    all_done_once(redis, given)
    assert redis.together() == {"1"}


@pytest.mark.full
def test_a_release_that_nobody_asks_has_no_port_and_goes_the_same_ways(at: Desk) -> None:
    host, redis, known = at
    check = converge(at, 1, "mailer", check=True)
    assert not (first := converge(at, 1, "mailer")).failed, first.msg
    assert check.actions == first.actions
    assert host.sh("cat /opt/mailer/blue/.env") == "SLOT=blue"
    assert "port" not in first.components["mailer"]["release"]
    in_sync(at, 1, "mailer")
    with redis.work() as given:
        assert not (done := release(at, number=2, component="mailer")).failed, done.msg
        assert desk.runs(host, "mailer") == {"mailer-green-clerk-1"}
        assert release(at, number=1, component="mailer", mailer_ends="at once").components["mailer"]["status"] == "taken_back"
        assert desk.runs(host, "mailer") == {"mailer-green-clerk-1"}
        assert not (restarted := release(at, "restarted", 2, "mailer")).failed, restarted.msg
        assert not (back := release(at, "previous", 2, "mailer")).failed, back.msg
        tried = host.play({"action": {"echodiary.infra.image_contract": {"component": "mailer"}}, "vars": {**known, **desk.images(2)}})[0]
        assert {one["point"] for one in tried.result["points"] if one["verdict"] == "not tried"} >= {"starts", "stop"}
        assert redis.together() == {"1"}, "what is tried takes no work"
        # by hand, both at once: found, and put right
        host.sh("docker start mailer-blue-clerk-1 mailer-green-clerk-1")
        seen = converge(at, 2, "mailer", check=True)
        assert [action for _, action, origin in seen.actions if origin == "corrective"] == ["stop"]
        assert not converge(at, 2, "mailer").failed
    all_done_once(redis, given)
    in_sync(at, 2, "mailer")
    host.sh("docker stop $(docker ps -q --filter name=mailer-)")
    assert [(action, origin) for _, action, origin in converge(at, 2, "mailer", check=True).actions] == [("start", "corrective")]


def test_the_clock_starts_what_the_release_that_serves_has(at: Desk) -> None:
    host, redis, _ = at

    def ran() -> str:
        """As the clock would: systemd may take a minute to be exact."""
        host.sh("systemctl start desk-report.service")
        return redis.ask("LINDEX", "reports", "-1")[0]

    assert not (first := converge(at, desk_jobs=NIGHTLY)).failed, first.msg
    assert ("timer:desk-report", "create", "pending") in first.actions
    assert "desk-report.service" in host.sh("systemctl list-timers desk-report.timer --no-legend")
    assert ran() == ONE
    assert not (done := release(at, number=2, desk_jobs=NIGHTLY)).failed, done.msg
    assert ran() == TWO
    in_sync(at, 2, desk_jobs=NIGHTLY)
    assert not (back := release(at, "previous", 2, desk_jobs=NIGHTLY)).failed, back.msg
    assert ran() == ONE
    assert host.sh("docker ps -aq --filter name=desk-.*-report") == "", "nothing stays"
    host.sh("systemctl stop desk-report.timer")
    assert ("timer:desk-report", "start", "corrective") in converge(at, check=True, desk_jobs=NIGHTLY).actions
    # whichever slot had brought it
    gone = converge(at)
    assert ("timer:desk-report", "remove", "pending") in gone.actions
    assert host.sh("ls /etc/systemd/system | grep desk; systemctl list-timers --all | grep desk", check=False) == ""
    in_sync(at, 1)


@pytest.mark.full
def test_a_job_that_takes_too_long_is_ended_with_what_it_runs_in(at: Desk) -> None:
    host, redis, _ = at
    short = {"report": {**NIGHTLY["report"], "timeout": 2}}
    assert not (first := converge(at, desk_jobs=short, desk_grace="1s", desk_report="forever")).failed, first.msg
    host.sh("! systemctl start desk-report.service")
    assert redis.ask("LRANGE", "reports", "0", "-1") == [ONE], "it had begun"
    assert host.sh("docker ps -aq --filter label=com.docker.compose.oneoff=True") == ""
    # that it failed is for whoever watches units, and keeps no release from being deployed
    assert not (done := release(at, number=2, desk_jobs=short, desk_grace="1s", desk_report="forever")).failed, done.msg
    assert host.sh("systemctl is-failed desk-report.service") == "failed"


def test_a_schedule_that_is_none_is_refused_before_anything_is_touched(at: Desk) -> None:
    host, _, _ = at
    assert not converge(at).failed
    before = host.footprint()
    done = converge(at, 2, desk_jobs={"report": {"schedule": "25:00", "service": "report"}})
    assert done.failed
    assert "25:00" in done.msg
    assert host.footprint() == before
