# SPDX-License-Identifier: GPL-3.0-or-later
"""Deploys that contend, fail, are killed and come too late, as real ansible-playbook runs."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local_play import Played, Task, finish, play, start


class Lock:
    """Tasks on one lock of a test."""

    def __init__(self, place: Path) -> None:
        self.directory, self.plays = place / "lease", place / "plays"
        self.plays.mkdir()

    def task(self, name: str, **given: Any) -> Task:
        extra = {key: given.pop(key) for key in ("register", "ignore_errors", "check_mode") if key in given}
        return {"name": name, "echodiary.infra.deploy_lock": {"directory": str(self.directory), **given}, **extra}

    def acquire(self, **given: Any) -> Task:
        return self.task("acquire", **{"reason": "deploy v1", "register": "lease", **given})

    def release(self) -> Task:
        return self.task("release", state="released", token="{{ lease.token | default(omit, true) }}")

    def read(self) -> dict[str, Any]:
        return play(self.plays, [self.task("read", state="read")]).task["read"]

    def journal(self) -> list[str]:
        return [event["event"] for event in self.read()["journal"]]


@pytest.fixture
def lock(tmp_path: Path) -> Lock:
    return Lock(tmp_path)


def test_of_three_deploys_at_once_one_works_one_waits_and_one_is_refused(lock: Lock) -> None:
    fifo = lock.plays.parent / "until"
    os.mkfifo(fifo)

    def deploy(owner: str, *work: Task, **given: Any) -> list[Task]:
        return [{"name": "deploy", "block": [lock.acquire(owner=owner, **given), *work], "always": [lock.release()]}]

    first = start(lock.plays, deploy("ann", {"name": "work", "ansible.builtin.command": f"cat {fifo}"}, run_url="https://runs/7"))
    wait_for(lock)
    second = start(lock.plays, deploy("bob", wait=100))
    refused = finish(start(lock.plays, deploy("cy")))
    fifo.write_text("done")
    won, waited = finish(first), finish(second)
    assert (won.code, waited.code, refused.code != 0) == (0, 0, True), waited.output
    assert waited.task["acquire"]["token"] == won.task["acquire"]["token"] + 1
    message = refused.task["acquire"]["msg"]
    assert all(word in message for word in ("held by ann", "deploy v1", "https://runs/7", "since", "until"))
    assert not refused.task["release"]["changed"]
    assert lock.journal() == ["acquired", "released", "acquired", "released"]


def test_a_failed_deploy_gives_its_lease_back(lock: Lock) -> None:
    fail = {"name": "fail", "ansible.builtin.fail": {"msg": "migration failed"}}
    done = play(lock.plays, [{"name": "deploy", "block": [lock.acquire(), fail], "always": [lock.release()]}])
    assert done.code != 0
    assert done.task["release"]["changed"]
    assert not lock.read()["held"]


def test_a_killed_deploy_locks_nobody_out_for_longer_than_its_lease(lock: Lock) -> None:
    killed = start(lock.plays, [lock.acquire(owner="dead", ttl=5), {"name": "work", "ansible.builtin.command": "sleep 30"}])
    wait_for(lock)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    next_one = play(lock.plays, [lock.acquire(owner="ann", wait=60), lock.task("late", state="renewed", token=1, ignore_errors=True)])
    result = next_one.task["acquire"]
    assert (result["token"], result["broken"]["owner"]) == (2, "dead")
    assert "broke the expired lease of dead" in result["msg"]
    assert next_one.task["late"]["failed"]
    assert "lost" in next_one.task["late"]["msg"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "a cancelled pipeline"])
def test_an_interrupted_deploy_gives_its_lease_back(lock: Lock, number: signal.Signals) -> None:
    """Ansible runs no `always` then."""
    work = {"name": "work", "ansible.builtin.command": "sleep 600"}
    interrupted = start(lock.plays, [{"name": "deploy", "block": [lock.acquire(), work], "always": [lock.release()]}])
    wait_for(lock)
    time.sleep(1)
    interrupted.send_signal(number)
    ended = finish(interrupted)
    assert ended.code not in (0, None)
    assert "given back" in ended.output
    assert lock.journal() == ["acquired", "released"]


def test_a_lease_that_a_run_means_to_keep_outlives_it(lock: Lock) -> None:
    """One step of a pipeline takes it, another gives it back."""
    assert play(lock.plays, [lock.acquire()]).code == 0
    assert lock.read()["held"]


def wait_for(lock: Lock) -> None:
    """Until somebody holds it."""
    end = time.monotonic() + 60
    while not (lock.directory / "deploy.json").exists():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lock, Played]:
    """One run through everything that one person does."""
    lock = Lock(tmp_path_factory.mktemp("story"))
    mine = "{{ lease.token }}"
    until = {"until": "2099-01-01", "reason": "holidays"}
    preview = {"check_mode": True}
    tasks = [
        lock.task("preview", reason="try", register="preview", **preview),
        lock.task("preview renew", state="renewed", token="{{ preview.token }}", **preview),
        lock.task("preview release", state="released", token="{{ preview.token }}", **preview),
        lock.acquire(),
        lock.task("renew", state="renewed", token=mine),
        lock.task("preview held", reason="another", ignore_errors=True, **preview),
        lock.task("freeze", state="frozen", **until),
        lock.task("freeze again", state="frozen", **until),
        lock.task("release mine", state="released", token=mine),
        lock.task("release again", state="released", token=mine),
        lock.task("frozen", reason="deploy v2", ignore_errors=True),
        lock.task("urgent", reason="deploy v3", override_freeze="the site is down"),
        lock.task("force", state="released", force=True, reason="the runner was lost"),
        lock.task("thaw", state="thawed", reason="back at work"),
        lock.task("free", state="read"),
        lock.task("no reason", reason="", ignore_errors=True),
    ]
    return lock, play(lock.plays, tasks)


def test_a_preview_goes_through_and_leaves_nothing(story: tuple[Lock, Played]) -> None:
    played = story[1]
    assert [bool(played.task[name].get("failed")) for name in ("preview", "preview renew", "preview release")] == [False] * 3
    assert played.task["preview"]["token"] == played.task["acquire"]["token"] == 1


def test_a_preview_of_a_held_lock_is_refused_as_the_run_would_be(story: tuple[Lock, Played]) -> None:
    assert story[1].task["preview held"]["failed"]


def test_renewed_and_released_once(story: tuple[Lock, Played]) -> None:
    played = story[1]
    assert played.task["renew"]["token"] == 1
    assert played.task["release mine"]["changed"]
    assert not played.task["release again"]["changed"]


def test_a_freeze_holds_until_it_is_overridden_with_a_reason(story: tuple[Lock, Played]) -> None:
    played = story[1]
    assert not played.task["freeze again"]["changed"]
    assert played.task["frozen"]["failed"]
    assert "holidays" in played.task["frozen"]["msg"]
    assert played.task["urgent"]["lease"]["override"] == "the site is down"


def test_by_force_and_thawed(story: tuple[Lock, Played]) -> None:
    played = story[1]
    assert played.task["force"]["changed"]
    assert not played.task["free"]["held"]
    assert played.task["free"]["freeze"] is None
    events = [event["event"] for event in played.task["free"]["journal"]]
    assert events == ["acquired", "frozen", "released", "acquired", "forced", "thawed"]


def test_a_reason_is_demanded(story: tuple[Lock, Played]) -> None:
    assert "reason" in story[1].task["no reason"]["msg"]
