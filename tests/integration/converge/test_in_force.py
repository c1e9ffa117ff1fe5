# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in force, and what the next boot would bring, though every file of ours is as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.integration.converge.conftest import Story
from tests.integration.converge.machine import Machine, task

CONFIG = """\
defaults
    mode http
    timeout connect 1s
    timeout client 1s
    timeout server 1s
frontend users
    bind 127.0.0.1:8199
    http-request return status 200
"""
COMPONENT = """\
units:
  haproxy.service: {state: started, enabled: true, consumes: [/etc/haproxy/haproxy.cfg]}
  docker.service: {state: started, enabled: true}
  ssh.service: {state: started}
sysctl: {net.ipv4.tcp_fin_timeout: "42"}
reload:
  - {unit: haproxy.service, paths: [/etc/haproxy/**]}
"""
OTHER = "sed 's/^.Service.$/[Service]\\nEnvironment=HAND=1/' /usr/lib/systemd/system/haproxy.service"
BROKEN = "[Service]\\nExecStart="
SYSTEM, RUNTIME = "/etc/systemd/system", "/run/systemd/system"
RELOAD, RESTART = "systemctl daemon-reload", "systemctl restart haproxy"


def drop_in(folder: str, text: str = "[Service]\\nEnvironment=HAND=1") -> str:
    return f"mkdir -p {folder} && printf '{text}\\n' > {folder}/hand.conf"


class Hand(NamedTuple):
    """What somebody does, what a check says of it, and what holds once it is put right."""

    do: str
    found: set[tuple[str, str, str]]
    proof: str = "true"


def gone(path: str) -> tuple[str, str, str]:
    return (f"file:{path}", "remove", "corrective")


RELOADED = ("unit:haproxy.service", "daemon-reload", "corrective")
RESTARTED = ("process:haproxy.service", "restart", "corrective")
ENVIRONMENT = "tr '\\0' '\\n' < /proc/$(systemctl show -p MainPID --value haproxy)/environ"
CLEAN = f"! {ENVIRONMENT} | grep HAND="

BOOTED = "/usr/lib/systemd/systemd-sysctl --prefix=/net/ipv4/tcp_fin_timeout && test $(sysctl -n net.ipv4.tcp_fin_timeout) = 42"
PARAMETER = ("sysctl:net.ipv4.tcp_fin_timeout", "update", "corrective")
ANSWERS = "python3 -c 'import urllib.request as r; r.urlopen(\"http://127.0.0.1:8199/\", timeout=3)'"

HANDS = {
    "drop-in, not read yet": Hand(
        drop_in(f"{SYSTEM}/haproxy.service.d"), {gone(f"{SYSTEM}/haproxy.service.d/hand.conf"), RELOADED}, CLEAN),
    "drop-in, read": Hand(
        f"{drop_in(f'{SYSTEM}/haproxy.service.d')} && {RELOAD}", {gone(f"{SYSTEM}/haproxy.service.d/hand.conf")}, CLEAN),
    "drop-in, read and restarted": Hand(
        f"{drop_in(f'{SYSTEM}/haproxy.service.d')} && {RELOAD} && {RESTART} && {ENVIRONMENT} | grep HAND=1",
        {gone(f"{SYSTEM}/haproxy.service.d/hand.conf"), RESTARTED}, CLEAN),
    "drop-in, restarted with it, taken away and not read": Hand(
        f"{drop_in(f'{SYSTEM}/haproxy.service.d')} && {RELOAD} && {RESTART} && rm {SYSTEM}/haproxy.service.d/hand.conf",
        {RELOADED, RESTARTED}, CLEAN),
    "drop-in, restarted with it, taken away and read": Hand(
        f"{drop_in(f'{SYSTEM}/haproxy.service.d')} && {RELOAD} && {RESTART} && rm {SYSTEM}/haproxy.service.d/hand.conf && {RELOAD}",
        {RESTARTED}, CLEAN),
    "drop-in for docker, restarted with it, taken away with its directory and read": Hand(
        f"{drop_in(f'{SYSTEM}/docker.service.d')} && {RELOAD} && systemctl restart docker && rm -r {SYSTEM}/docker.service.d && {RELOAD}",
        {("process:docker.service", "restart", "corrective")}),
    "drop-in until the next boot": Hand(
        f"{drop_in(f'{RUNTIME}/haproxy.service.d')} && {RELOAD} && {RESTART}",
        {gone(f"{RUNTIME}/haproxy.service.d/hand.conf"), RESTARTED}, CLEAN),
    "drop-in for every service": Hand(
        f"{drop_in(f'{SYSTEM}/service.d')} && {RELOAD} && {RESTART}", {gone(f"{SYSTEM}/service.d/hand.conf"), RESTARTED}, CLEAN),
    "drop-in for docker": Hand(
        f"{drop_in(f'{SYSTEM}/docker.service.d')} && {RELOAD} && systemctl restart docker",
        {gone(f"{SYSTEM}/docker.service.d/hand.conf"), ("process:docker.service", "restart", "corrective")},
        "! tr '\\0' '\\n' < /proc/$(systemctl show -p MainPID --value docker)/environ | grep HAND="),
    "drop-in beside those of the package": Hand(
        f"{drop_in('/usr/lib/systemd/system/haproxy.service.d')} && {RELOAD} && {RESTART}",
        {gone("/usr/lib/systemd/system/haproxy.service.d/hand.conf"), RESTARTED}, CLEAN),
    "drop-in that systemd cannot read": Hand(
        f"{drop_in(f'{SYSTEM}/haproxy.service.d', BROKEN)} && {RELOAD}; systemctl show -p LoadState haproxy | grep bad-",
        {gone(f"{SYSTEM}/haproxy.service.d/hand.conf"), ("unit:haproxy.service", "report", "corrective")},
        "systemctl show -p LoadState haproxy | grep loaded"),
    "limit until the next boot": Hand(
        "systemctl set-property --runtime haproxy MemoryMax=900M",
        {gone("/run/systemd/system.control/haproxy.service.d/50-MemoryMax.conf"), RESTARTED},
        "systemctl show -p MemoryMax haproxy | grep infinity"),
    "limit for good": Hand(
        "systemctl set-property haproxy CPUQuota=20%",
        {gone("/etc/systemd/system.control/haproxy.service.d/50-CPUQuota.conf"), RESTARTED},
        "systemctl show -p CPUQuotaPerSecUSec haproxy | grep infinity"),
    "another unit file": Hand(
        f"{OTHER} > {SYSTEM}/haproxy.service && {RELOAD} && {RESTART}",
        {gone(f"{SYSTEM}/haproxy.service"), RESTARTED}, f"{CLEAN} && systemctl show -p FragmentPath haproxy | grep /usr/lib"),
    "masked": Hand("systemctl mask ssh", {("unit:ssh.service", "unmask", "corrective")}, "systemctl is-enabled ssh"),
    "masked until the next boot": Hand(
        "systemctl mask --runtime docker", {("unit:docker.service", "unmask", "corrective")}, "systemctl is-enabled docker"),
    "enabled until the next boot": Hand(
        "systemctl disable docker; systemctl enable --runtime docker; systemctl is-enabled docker | grep enabled-runtime",
        {("unit:docker.service", "enable", "corrective")}, "test $(systemctl is-enabled docker) = enabled"),
    "its link taken away": Hand(
        f"rm {SYSTEM}/multi-user.target.wants/haproxy.service", {("unit:haproxy.service", "enable", "corrective")},
        "systemctl is-enabled haproxy"),
    "environment file that no package has": Hand(
        f"mkdir -p /etc/sysconfig && echo HAND=1 > /etc/sysconfig/haproxy && {RESTART} && {ENVIRONMENT} | grep HAND=1",
        {gone("/etc/sysconfig/haproxy"), RESTARTED}, CLEAN),
    "kernel parameter for the next boot": Hand(
        "echo 'net/ipv4/tcp_fin_timeout = 7' > /etc/sysctl.d/99-hand.conf", {PARAMETER}, f"{BOOTED} && rm /etc/sysctl.d/99-hand.conf"),
    "kernel parameter where packages have theirs": Hand(
        "echo 'net.ipv4.tcp_fin_timeout = 7' > /usr/lib/sysctl.d/99-hand.conf", {PARAMETER},
        f"{BOOTED} && rm /usr/lib/sysctl.d/99-hand.conf"),
    "configuration swapped, read and put back with its time": Hand(
        "cd /etc/haproxy && cp -p haproxy.cfg /tmp/kept && sed -i 's/200/503/' haproxy.cfg && systemctl reload haproxy"
        # put back only when it has been read: a reload is over before that
        f" && for i in $(seq 50); do {ANSWERS} 2>/dev/null || break; sleep 0.2; done"
        f" && cp -p /tmp/kept haproxy.cfg && ! {ANSWERS} 2>/dev/null",
        {("process:haproxy.service", "reload", "corrective")}, ANSWERS),
}  # fmt: skip


#: one of each way to be found; the others are forms of them
ALWAYS = (
    "drop-in, restarted with it, taken away and read",
    "another unit file",
    "masked until the next boot",
    "environment file that no package has",
    "kernel parameter for the next boot",
    "configuration swapped, read and put back with its time",
)


@pytest.fixture(scope="module")
def served(fresh: Machine, story: Story) -> Iterator[Machine]:
    """A component of units that packages brought."""
    assert story.run.tasks
    fresh.role("in_force", component=COMPONENT, **{"tree/etc/haproxy/haproxy.cfg": CONFIG})
    applied = fresh.one(["in_force"])
    assert not applied.failed, applied.msg
    yield fresh
    fresh.sh("rm -rf /var/lib/echodiary/components/in_force.json")


@pytest.mark.parametrize("name", [name if name in ALWAYS else pytest.param(name, marks=pytest.mark.full) for name in HANDS])
def test_a_hand_is_found_and_undone(served: Machine, name: str) -> None:
    hand = HANDS[name]
    served.sh(hand.do)
    check, apply, after = served.play(task(["in_force"], check=True), task(["in_force"]), task(["in_force"], check=True)).tasks["machine"]
    assert set(check.actions) == hand.found
    assert not apply.failed, apply.msg
    assert apply.actions == check.actions
    served.sh(hand.proof)
    assert (after.actions, after.result["sync"], after.result["health"]) == ([], "Synced", "Healthy")


def test_what_a_package_brought_comes_again_by_the_command_that_is_told(served: Machine) -> None:
    """Nobody but the package has its contents; its process follows once they are back."""
    served.sh(f"echo HAND=1 >> /etc/default/haproxy && {RESTART}")
    check, apply = served.play(task(["in_force"], check=True), task(["in_force"])).tasks["machine"]
    found = [("file:/etc/default/haproxy", "report", "corrective")]
    assert (check.actions, apply.actions, apply.result["sync"]) == (found, found, "OutOfSync")
    served.sh(check.changes[0]["why"].rpartition(": ")[2])
    again, apply, after = served.play(task(["in_force"], check=True), task(["in_force"]), task(["in_force"], check=True)).tasks["machine"]
    assert again.actions == [RESTARTED]
    assert not apply.failed, apply.msg
    served.sh(CLEAN)
    assert (after.actions, after.result["sync"]) == ([], "Synced")


QUIET = {
    "systemd reads its units": RELOAD,
    "restarted": f"{RESTART} ssh docker",
    "restarted, and units read": f"{RESTART} && {RELOAD}",
    "reloaded": "systemctl reload haproxy",
    "its package once more": "DEBIAN_FRONTEND=noninteractive apt-get install -qq --reinstall haproxy >/dev/null 2>&1",
    "a later file that says the same": "echo net.ipv4.tcp_fin_timeout=42 > /etc/sysctl.d/99-same.conf",
}


def test_what_changes_nothing_is_no_drift(served: Machine) -> None:
    for name, what in QUIET.items():
        served.sh(what)
        assert served.one(["in_force"], check=True).actions == [], name
    served.sh("rm /etc/sysctl.d/99-same.conf")
