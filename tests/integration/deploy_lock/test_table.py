# SPDX-License-Identifier: GPL-3.0-or-later
"""Leases in a DynamoDB table: many at once, holders that die, rights that are missing, calls that are refused, lost or slow."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.strict.server import Server
from tests.integration.deploy_lock.tables import Contender, Lock, at_once, client
from tests.integration.local_play import Task, finish, play, start

ROUNDS = 100


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def aws(running: Server) -> Server:
    running.reset()
    return running


@pytest.fixture
def lock(aws: Server) -> Lock:
    return Lock(aws)


def task(name: str, **given: Any) -> Task:
    extra = {key: given.pop(key) for key in ("register", "ignore_errors") if key in given}
    return {"name": name, "echodiary.infra.deploy_lock": given, **extra}


ACQUIRE = {"reason": "deploy v1", "register": "lease"}
RELEASE = task("release", state="released", token="{{ lease.token | default(omit, true) }}")


def words(lock: Lock, place: Path) -> tuple[str, ...]:
    """The variables belong into the inventory, where whoever renews beside the run finds them as well."""
    path = place / "inventory.json"
    gone = {"ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_connection": "ssh"}
    path.write_text(json.dumps({"all": {"hosts": {"localhost": {}, "gone": gone}, "vars": lock.variables}}))
    return "-i", str(path)


def until(what: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_of_two_at_once_a_hundred_times_one_holds_it(lock: Lock) -> None:
    ann, bob = Contender(lock, "ann"), Contender(lock, "bob")
    overtaken = 0
    try:
        for number in range(1, ROUNDS + 1):
            lock.aws.forget()
            heard = at_once(ann, bob, line="acquired")
            assert sorted(heard) == [f"done {number}", f"held {number}"], heard
            overtaken += any(call.error == "ConditionalCheckFailedException" for call in lock.aws.calls())
            winner = (ann, bob)[heard.index(f"done {number}")]
            loser = bob if winner is ann else ann
            loser.say(f"renewed {number - 1}")
            assert loser.hear() == f"lost {number}"
            winner.say(f"released {number}")
            assert winner.hear() == "done 0"
    finally:
        ann.end()
        bob.end()
    assert overtaken > ROUNDS / 10, "both had read that nobody holds it"


def test_of_two_runs_at_once_one_works_and_one_is_told_who(lock: Lock, tmp_path: Path) -> None:
    given = words(lock, tmp_path)
    work = {"name": "work", "ansible.builtin.command": "sleep 8"}
    plays = []
    for owner in ("ann", "bob"):
        place = tmp_path / owner
        place.mkdir()
        block = [task("acquire", owner=owner, run_url=f"https://runs/{owner}", **ACQUIRE), work]
        plays.append(start(place, [{"name": "deploy", "block": block, "always": [RELEASE]}], *given))
    done = sorted((finish(one) for one in plays), key=lambda one: one.code)
    assert [one.code == 0 for one in done] == [True, False], done[0].output + done[1].output
    won, refused = (one.task["acquire"] for one in done)
    assert won["where"] == f"table {lock.table} in ap-northeast-2"
    winner = won["lease"]["owner"]
    assert all(word in refused["msg"] for word in (f"held by {winner}", "deploy v1", f"https://runs/{winner}", "since", "until"))
    assert not done[1].task["release"]["changed"]
    assert lock.journal() == ["acquired", "released"]


def test_a_run_that_was_killed_is_taken_over_when_its_lease_ends_and_never_before(lock: Lock, tmp_path: Path) -> None:
    ttl = 6
    killed = start(
        tmp_path, [task("acquire", owner="dead", ttl=ttl, **ACQUIRE), {"ansible.builtin.command": "sleep 60"}], *words(lock, tmp_path)
    )
    until(lambda: any(call.operation == "dynamodb:PutItem" for call in lock.aws.calls()))
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    began, answer = time.monotonic(), lock.ask("acquired", owner="bob")
    assert answer["lease"]["owner"] == "dead"
    left = answer["lease"]["seconds_left"]
    while answer["outcome"] == "held":
        answer = lock.ask("acquired", owner="bob")
        time.sleep(0.05)
    waited = time.monotonic() - began
    assert left - 1 <= waited <= left + 6, (left, waited)
    assert (answer["lease"]["token"], answer["broken"]["owner"]) == (2, "dead")
    late = play(tmp_path, [task("late", state="renewed", token=1)], *words(lock, tmp_path))
    assert late.code != 0
    assert late.task["late"]["lost"]
    assert "held by bob" in late.task["late"]["msg"]


def test_never_before_the_whole_life_has_passed(lock: Lock) -> None:
    """By this machine's monotonic clock, from when the holder had its answer."""
    lock.ask("acquired", owner="dead", ttl=5.0)
    began = time.monotonic()
    while lock.ask("acquired", owner="bob")["outcome"] == "held":
        time.sleep(0.05)
    assert 5.0 <= time.monotonic() - began <= 5.0 + 6.0


@pytest.mark.parametrize("skew", [-86400.0, 86400.0])
def test_a_controller_whose_clock_is_wrong_judges_like_any_other(lock: Lock, skew: float) -> None:
    """A day ahead it takes nobody's lease; a day behind it neither gets one that never ends nor waits for one that has ended."""
    wrong = Contender(lock, "bob", skew)
    try:
        lock.ask("acquired", owner="ann", ttl=60.0)
        wrong.say("acquired")
        assert wrong.hear() == "held 1"
        lock.ask("released", token=1)
        wrong.say("acquired")
        assert wrong.hear() == "done 2"
        assert 890 <= lock.ask("read")["lease"]["seconds_left"] <= 902
    finally:
        wrong.end()


#: asks for the lease on another host, as ``converge`` does before it rolls a release
ASKS = """
from ansible.plugins.action import ActionBase
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import action
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import roll_permission

class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        said = action.run_on(self, "gone", roll_permission.LOCK, roll_permission.QUESTION, task_vars)
        return {"changed": False, "refusal": roll_permission.refusal("gone", said, self._task.args.get("token"))}
"""


def test_who_would_roll_a_release_asks_the_table_and_not_the_host_that_is_down(lock: Lock, tmp_path: Path) -> None:
    plugins = tmp_path / "action_plugins"
    plugins.mkdir()
    (plugins / "asks.py").write_text(ASKS)
    tasks = [{"name": "ask", "asks": {}}, {"name": "ask by whom", "asks": {"token": 1}}]

    def refusals() -> list[str]:
        done = play(tmp_path, tasks, *words(lock, tmp_path))
        assert done.code == 0, done.output
        return [done.task[name]["refusal"] for name in ("ask", "ask by whom")]

    assert refusals() == ["", ""]
    lock.ask("acquired", owner="ann")
    first, holder = refusals()
    assert "held by ann" in first
    assert holder == ""
    lock.aws.fault(kind="error", code="InternalServerError", operation="dynamodb:*")
    assert f"the deploy lease (table {lock.table} in ap-northeast-2) could not be read" in refusals()[0]


def test_an_interrupted_run_gives_it_back(lock: Lock, tmp_path: Path) -> None:
    sleep = {"name": "work", "ansible.builtin.command": "sleep 600"}
    interrupted = start(tmp_path, [task("acquire", **ACQUIRE), sleep], *words(lock, tmp_path))
    until(lambda: lock.ask("read")["lease"])
    time.sleep(1)
    interrupted.send_signal(signal.SIGTERM)
    ended = finish(interrupted)
    assert "given back" in ended.output
    assert lock.journal() == ["acquired", "released"]


def test_a_slow_renewal_holds_nobody_up(lock: Lock, tmp_path: Path) -> None:
    """While one task outlives the lease, a process beside the run renews it; what the run does meanwhile does not wait for AWS."""
    fifo = tmp_path / "until"
    os.mkfifo(fifo)
    plays = tmp_path / "plays"
    plays.mkdir()
    mark = {"name": "mark", "ansible.builtin.command": f"touch {tmp_path}/mark"}
    tasks = [task("acquire", ttl=15, **ACQUIRE), {"name": "work", "ansible.builtin.command": f"cat {fifo}"}, mark]
    running = start(plays, [{"name": "deploy", "block": tasks, "always": [RELEASE]}], *words(lock, tmp_path))
    until(lambda: lock.ask("read")["lease"])
    lock.aws.forget()
    lock.aws.delay(4.0)
    until(lambda: lock.aws.calls())  # the renewer's: it is under way, and takes two calls of four seconds
    began = time.monotonic()
    fifo.write_text("done")
    until(lambda: (tmp_path / "mark").exists())
    assert time.monotonic() - began < 2 * 4.0
    until(lambda: any(call.operation == "dynamodb:PutItem" for call in lock.aws.calls()))
    lock.aws.delay(0.0)
    assert finish(running).code == 0
    assert lock.journal() == ["acquired", "released"]


RIGHTS = ("dynamodb:GetItem", "dynamodb:PutItem")


def deployer(aws: Server, *rights: str) -> Lock:
    """A lock asked for by somebody who may do no more than this."""
    iam = client(aws, "iam")
    iam.create_user(UserName="deployer")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(rights), "Resource": "*"}]}
    iam.put_user_policy(UserName="deployer", PolicyName="lease", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    lock = Lock(aws, access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
    aws.settings(enforce_iam=True)
    return lock


def test_prometheus_is_told_by_the_host_of_the_task_and_one_that_is_down_is_a_note(lock: Lock, tmp_path: Path) -> None:
    textfiles = tmp_path / "textfiles"
    textfiles.mkdir()
    told = {"textfiles": str(textfiles), "environment": "here", **ACQUIRE}
    back = task("back", state="released", token="{{ lease.token }}", textfiles=str(textfiles), environment="here", outcome="succeeded")
    elsewhere = {"delegate_to": "gone"}
    tasks = [task("acquire", **told), {**back, "name": "release"}, {**task("again", **told), **elsewhere}, {**back, **elsewhere}]
    done = play(tmp_path, tasks, *words(lock, tmp_path), environment={"ANSIBLE_TIMEOUT": "3"})
    assert done.code == 0, done.output
    assert [done.task[name]["notes"] for name in ("acquire", "release")] == [[], []]
    text = (textfiles / "echodiary_deploy.prom").read_text()
    assert 'echodiary_deploy_in_progress{environment="here"} 0' in text
    assert ["Prometheus was not told" in done.task[name]["notes"][0] for name in ("again", "back")] == [True, True]
    assert done.task["again"]["token"] == 2


@pytest.mark.parametrize("right", RIGHTS)
def test_a_right_that_is_missing_is_named(aws: Server, right: str) -> None:
    lock = deployer(aws, *(one for one in RIGHTS if one != right))
    said = lock.ask("acquired")
    assert said["failed"]
    assert f"not authorized to perform: {right}" in said["msg"]
    assert lock.table in said["msg"]


def test_both_rights_are_enough(aws: Server) -> None:
    lock = deployer(aws, *RIGHTS)
    outcomes = [lock.ask("acquired")["outcome"], lock.ask("renewed", token=1)["outcome"], lock.ask("released", token=1)["outcome"]]
    assert outcomes == ["done"] * 3


def test_a_table_that_is_not_there_is_not_made_but_the_command_is_said(aws: Server) -> None:
    """Under a wrong region an empty table would say that nobody deploys."""
    lock = Lock(aws)
    client(aws).delete_table(TableName=lock.table)
    said = lock.ask("acquired")
    assert said["failed"]
    assert f"aws dynamodb create-table --region ap-northeast-2 --table-name {lock.table}" in said["msg"]
    assert client(aws).list_tables()["TableNames"] == []


def test_throttled_calls_are_asked_again(lock: Lock) -> None:
    lock.aws.fault(kind="throttle", operation="dynamodb:GetItem", nth=1, times=2)
    lock.aws.fault(kind="throttle", operation="dynamodb:PutItem", nth=1, times=2)
    assert lock.ask("acquired")["lease"]["token"] == 1
    assert [call.error for call in lock.aws.calls() if call.error] == ["ThrottlingException"] * 4


def test_with_a_third_throttled_a_story_ends_as_it_should(lock: Lock) -> None:
    lock.aws.fault(kind="throttle", operation="dynamodb:*", share=0.3, seed=3)
    store = lock.store()
    for number in range(1, 6):
        assert lock.ask("acquired")["lease"]["token"] == number
        assert lock.ask("acquired", owner="bob")["outcome"] == "held"
        assert lock.ask("renewed", token=number)["outcome"] == "done"
        assert lock.ask("released", token=number)["outcome"] == "done"
    lock.aws.no_faults()
    assert lock.journal() == ["acquired", "released"] * 5
    assert str(store) == f"table {lock.table} in ap-northeast-2"


def test_what_is_always_throttled_is_given_up(lock: Lock) -> None:
    lock.aws.fault(kind="throttle", operation="dynamodb:*")
    said = lock.ask("acquired")
    assert "ThrottlingException" in said["msg"]
    assert len(lock.aws.calls()) == 6  # with the one that made the table


@pytest.mark.parametrize("lost", [1, 5])
def test_a_write_whose_answer_was_lost_counts_once(lock: Lock, lost: int) -> None:
    """boto3 makes the call again, and meets its own write; or never hears of any."""
    lock.aws.fault(kind="timeout", operation="dynamodb:PutItem", nth=1, times=lost, after=True)
    answer = lock.ask("acquired")
    assert (answer["outcome"], answer["lease"]["token"]) == ("done", 1)
    assert lock.journal() == ["acquired"]


def test_a_write_that_never_came_through_is_a_refusal(lock: Lock) -> None:
    lock.aws.fault(kind="timeout", operation="dynamodb:PutItem")
    assert "does not answer" in lock.ask("acquired")["msg"]
    lock.aws.no_faults()
    assert lock.ask("read")["lease"] is None


def test_by_force_and_frozen(lock: Lock) -> None:
    lock.ask("acquired", owner="ann")
    assert lock.ask("released", owner="bob", force=True, reason="it hangs")["changed"]
    assert lock.ask("renewed", token=1)["outcome"] == "lost"
    assert lock.ask("frozen", until="2099-01-01T00:00:00Z", reason="holidays")["changed"]
    assert lock.ask("acquired")["outcome"] == "frozen"
    assert lock.ask("thawed", reason="back")["changed"]
    assert lock.ask("acquired")["lease"]["token"] == 2
    assert lock.journal() == ["acquired", "forced", "frozen", "thawed", "acquired"]
