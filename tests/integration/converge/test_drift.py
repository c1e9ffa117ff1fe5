# SPDX-License-Identifier: GPL-3.0-or-later
"""Fourteen ways somebody changes a host behind git's back: check names each, apply repairs it, and the run after is clean."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.integration.converge.machine import Machine, task

COMPOSE = "docker compose -p web -f /opt/web/compose.yaml"


class Drift(NamedTuple):
    do: str
    resource: str
    action: str
    proof: str


FILE_BACK = 'test "$(cat /etc/demo/demo.conf)" = hello && test ! -L /etc/demo/demo.conf'
RUNS = "docker inspect -f '{{.State.Running}} {{.Config.Image}}' web-web-1 | grep 'true converge-test/web:1'"

DRIFTS = {
    "file content": Drift("echo changed > /etc/demo/demo.conf", "file:/etc/demo/demo.conf", "update", FILE_BACK),
    "mode": Drift("chmod 666 /etc/demo/sub/one", "file:/etc/demo/sub/one", "update", "test $(stat -c %a /etc/demo/sub/one) = 640"),
    "owner": Drift(
        "chown demo /etc/demo/secret.env", "file:/etc/demo/secret.env", "update",
        "test $(stat -c %U /etc/demo/secret.env) = root"),
    "symlink in place of a file": Drift(
        "mv /etc/web/conf/x /root/x && ln -s /root/x /etc/web/conf/x", "file:/etc/web/conf/x", "update",
        "test ! -L /etc/web/conf/x && test \"$(cat /etc/web/conf/x)\" = one"),
    "stray file": Drift("touch /etc/demo/sub/stray", "stranger:/etc/demo/sub/stray", "remove", "test ! -e /etc/demo/sub/stray"),
    "unit stopped": Drift("systemctl stop demo", "unit:demo.service", "start", "systemctl is-active demo"),
    "unit disabled": Drift("systemctl disable gate", "unit:gate.service", "enable", "systemctl is-enabled gate"),
    "container stopped": Drift("docker stop -t 0 web-web-1", "service:web", "start", RUNS),
    "container removed": Drift("docker rm -f web-web-1", "service:web", "create", RUNS),
    "container from another digest": Drift(
        f"printf 'services: {{web: {{image: \"converge-test/web:2\"}}}}' > /tmp/over.yaml; {COMPOSE} -f /tmp/over.yaml up -d web",
        "service:web", "update", RUNS),
    "process older than its config": Drift(
        "touch /etc/demo/demo.conf", "process:demo.service", "restart",
        "test $(stat -c %Y /etc/demo/demo.conf) -le $(stat -c %Y /proc/$(systemctl show -p MainPID --value demo))"),
    "package removed": Drift("dpkg --purge time", "package:time", "install", "command -v time"),
    "sysctl changed": Drift(
        "sysctl -w net.ipv4.ip_local_port_range='32768 50000'", "sysctl:net.ipv4.ip_local_port_range", "update",
        "sysctl -n net.ipv4.ip_local_port_range | grep 60998"),
    "user's shell changed": Drift("usermod -s /bin/sh demo", "user:demo", "update", "getent passwd demo | grep nologin"),
}  # fmt: skip


def test_there_are_fourteen() -> None:
    assert len(DRIFTS) == 14


#: what the others of its kind leave no room for when all come at once
STRONGER = ("container stopped", "container from another digest")


@pytest.mark.parametrize("name", [name if name in STRONGER else pytest.param(name, marks=pytest.mark.full) for name in DRIFTS])
def test_one_at_a_time(machine: Machine, name: str) -> None:
    drift = DRIFTS[name]
    machine.sh(drift.do)
    check, apply, after = machine.play(task(check=True), task(), task(check=True)).tasks["machine"]
    assert (drift.resource, drift.action, "corrective") in check.actions
    assert check.result["sync"] == "OutOfSync"
    assert not apply.failed, apply.msg
    assert apply.actions == check.actions
    assert {action[2] for action in check.actions} == {"corrective"}, check.actions
    machine.sh(drift.proof)
    assert (after.actions, after.result["sync"], after.result["health"]) == ([], "Synced", "Healthy")


def test_all_at_once(machine: Machine) -> None:
    """A container and a unit can only be gone in one way at a time: the strongest of each is taken."""
    chosen = {name: drift for name, drift in DRIFTS.items() if name not in STRONGER}
    for drift in chosen.values():
        machine.sh(drift.do)
    check, apply, after = machine.play(task(check=True), task(), task(check=True)).tasks["machine"]
    # a stopped unit has no process that could be stale
    wanted = {(drift.resource, drift.action, "corrective") for drift in chosen.values() if not drift.resource.startswith("process:")}
    assert wanted <= set(check.actions)
    assert not apply.failed, apply.msg
    for drift in chosen.values():
        machine.sh(drift.proof)
    assert after.actions == []


def test_git_moved_somebody_moved_or_both(machine: Machine) -> None:
    new = {"demo_greeting": "welcome", "demo_shell": "/bin/bash", "demo_last_port": 60000, "web_conf": "two"}
    pending = machine.one(check=True, **new)
    assert pending.origins == {
        "file:/etc/demo/demo.conf": "pending", "process:demo.service": "pending", "user:demo": "pending",
        "sysctl:net.ipv4.ip_local_port_range": "pending", "file:/etc/web/conf/x": "pending", "process:web": "pending",
    }  # fmt: skip
    machine.sh("echo mine > /etc/demo/demo.conf; usermod -s /bin/sh demo; sysctl -qw net.ipv4.ip_local_port_range='32768 50000'")
    machine.sh("echo mine > /etc/web/conf/x")
    both, apply, clean, back = machine.play(
        task(check=True, **new), task(**new), task(check=True, **new), task()
    ).tasks["machine"]  # fmt: skip
    assert set(both.origins.values()) == {"conflict"}
    assert both.origins.keys() == pending.origins.keys()
    assert not apply.failed, apply.msg
    assert clean.actions == []
    assert not back.failed, back.msg
    assert set(back.origins.values()) == {"pending"}


def test_a_reload_is_enough_for_what_only_a_reload_needs(machine: Machine) -> None:
    before = machine.sh("docker inspect -f '{{.Id}} {{.State.StartedAt}}' web-web-1")
    done, back = machine.play(task(["web"], web_conf="three"), task(["web"])).tasks["machine"]
    assert ("process:web", "reload", "pending") in done.actions
    assert machine.sh("docker inspect -f '{{.Id}} {{.State.StartedAt}}' web-web-1") == before
    assert machine.sh("docker logs --tail 4 web-web-1").splitlines() == ["read", "three", "read", "one"]
    assert not back.failed


def test_a_container_paused_or_scaled_by_hand(machine: Machine) -> None:
    machine.sh("docker pause web-web-1")
    check, apply, after = machine.play(task(["web"], check=True), task(["web"]), task(["web"], check=True)).tasks["machine"]
    assert ("service:web", "unpause", "corrective") in check.actions
    assert not apply.failed, apply.msg
    assert after.actions == []
    machine.sh(f"{COMPOSE} up -d --scale web=2")
    check, apply, after = machine.play(task(["web"], check=True), task(["web"]), task(["web"], check=True)).tasks["machine"]
    assert ("service:web", "update", "corrective") in check.actions
    assert not apply.failed, apply.msg
    assert after.actions == []


#: with every label of ours
COPIED = """
labels=$(docker inspect -f '{{range $key, $one := .Config.Labels}}--label {{$key}}={{$one}} {{end}}' web-web-1)
[ -n "$1" ] || docker rm -f web-web-1
docker run -d --name ${1:-web-web-1} $labels --network web_default --cap-add SYS_ADMIN converge-test/web:1 sleep 600
"""


@pytest.mark.parametrize("name", ["", pytest.param("beside", marks=pytest.mark.full)])
def test_a_container_that_somebody_made_with_our_labels(machine: Machine, name: str) -> None:
    """In place of ours, or beside it."""
    machine.sh(f"set -- {name}; {COPIED}")
    check, apply, after = machine.play(task(["web"], check=True), task(["web"]), task(["web"], check=True)).tasks["machine"]
    assert check.actions == [("service:web", "update", "corrective")]
    if not name:
        assert {"command", "cap_add", "volumes"} <= check.changes[0]["fields"].keys()
    assert not apply.failed, apply.msg
    assert after.actions == []
    machine.sh(RUNS + "&& test $(docker ps -q | wc -l) = 1 && docker inspect web-web-1 | grep -c SYS_ADMIN | grep 0")


def test_what_is_there_and_answers_nobody_is_begun_anew(machine: Machine) -> None:
    """Every file is as declared, and so is its unit: it runs."""
    machine.sh(f"kill -STOP {machine.pid('demo')}")
    check, apply, after = machine.play(task(["demo"], check=True), task(["demo"]), task(["demo"], check=True)).tasks["machine"]
    assert ("process:demo.service", "restart", "corrective") in check.actions
    assert (check.result["sync"], check.result["health"]) == ("OutOfSync", "Degraded")
    assert "echodiary.infra.restart -e component=demo" in check.components["demo"]["msg"]
    assert not apply.failed, apply.msg
    assert apply.actions == check.actions
    assert (after.actions, after.result["health"]) == ([], "Healthy")


def test_a_masked_unit_comes_back(machine: Machine) -> None:
    machine.sh("systemctl stop demo; rm -f /etc/systemd/system/x; systemctl mask --runtime demo")
    check, apply, after = machine.play(task(["demo"], check=True), task(["demo"]), task(["demo"], check=True)).tasks["machine"]
    machine.sh("systemctl unmask --runtime demo", check=False)
    assert ("unit:demo.service", "start", "corrective") in check.actions
    assert not apply.failed, apply.msg
    assert after.actions == []


def test_a_container_that_was_reloaded_by_a_signal_comes_back_with_the_engine(machine: Machine) -> None:
    reload, back = machine.play(task(["web"], web_conf="again"), task(["web"])).tasks["machine"]
    assert ("process:web", "reload", "pending") in reload.actions
    assert not back.failed, back.msg
    machine.sh("systemctl restart docker demo")
    machine.sh("for i in $(seq 100); do docker ps -q | grep -q . && exit 0; sleep 0.2; done; exit 1")
    assert machine.one(check=True).actions == []
