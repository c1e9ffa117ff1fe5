# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may enter, and what is in force: each thing done by hand to a real host is found, ended where people chose so, and then gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.integration.converge.machine import Task
from tests.integration.watch.conftest import Machine

KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIOE/PhwYYK/j8sL2128BU+xF9bvXCwUTfIwfBhm/C3+3"
FINGERPRINT = "SHA256:gJxVG7yDUS5KE4ssjVGGUGO/Y8HfFpdeMtBEtwsMYO8"
ALL = ("**",)


class Hand(NamedTuple):
    """``resource``: what a check calls it; ``action``: what an apply does about it where people chose everything; ``proof`` that it did."""

    do: str
    resource: str
    proof: str
    action: str = "heal"


def drop_in(name: str, *lines: str) -> str:
    return f"printf '%s\\n' {' '.join(repr(line) for line in lines)} > /etc/ssh/sshd_config.d/{name}"


HANDS = (
    Hand("useradd -o -u 0 -g 0 -M -N -s /bin/sh toor", "account:toor", "! getent passwd toor && getent passwd root"),
    Hand(
        "useradd -m -s /bin/bash eve && echo eve:hunter22 | chpasswd", "account:eve",
        "getent passwd eve | grep nologin && passwd -S eve | grep ' L '"),
    Hand("usermod -s /bin/sh www-data", "account:www-data", "getent passwd www-data | grep nologin"),
    Hand("usermod -aG docker deploy", "member:docker:deploy", "! getent group docker | grep deploy"),
    Hand("echo root:hunter22 | chpasswd", "password:root", "passwd -S root | grep ' L '"),
    Hand("usermod -p '' backup", "password:backup", "passwd -S backup | grep ' L '"),
    Hand(
        f"mkdir -p ~/.ssh && echo 'command=\"/bin/sh\" ssh-ed25519 {KEY} eve' >> ~/.ssh/authorized_keys2", f"key:root:{FINGERPRINT}",
        f"! grep -r {KEY} /root/.ssh"),
    Hand(
        drop_in("00-hand.conf", "PermitRootLogin yes", "PasswordAuthentication yes") + " && systemctl reload ssh", "sshd:permitrootlogin",
        "sshd -T | grep 'permitrootlogin no' && sshd -T | grep 'passwordauthentication no'"),
    Hand(
        drop_in("99-block.conf", "Match User backup", "AuthorizedKeysFile /tmp/keys"), "sshd:authorizedkeysfile",
        "! grep -r /tmp/keys /etc/ssh"),
    Hand("apt-mark hold sudo", "hold:sudo", 'test -z "$(apt-mark showhold)"'),
    Hand(
        "echo 'APT::Periodic::Unattended-Upgrade \"0\";' > /etc/apt/apt.conf.d/99off", "apt:apt::periodic::unattended-upgrade",
        "apt-config dump | grep 'Unattended-Upgrade \"1\"'", "report"),
    Hand(
        "echo 'deb [trusted=yes] file:/srv/none ./' > /etc/apt/sources.list.d/hand.list", "apt:source:/etc/apt/sources.list.d/hand.list",
        "! test -e /etc/apt/sources.list.d/hand.list", "report"),
)  # fmt: skip


def said(task: Task) -> dict[str, tuple[str, str]]:
    return {change["resource"]: (change["action"], change["origin"]) for change in task.changes}


def why(task: Task, resource: str) -> str:
    return next(change["why"] for change in task.changes if change["resource"] == resource)


def test_nobody_locks_out_who_is_at_work(machine: Machine) -> None:
    """Everything may be ended, and yet this run leaves itself its way in."""
    ours = [{"resources": ["stranger:**"], "reason": "not asked here"}]
    task = machine.check(baseline_allowed=ours, baseline_remove=["account:*", "key:**", "member:**", "password:*"])
    mine = {resource: action for resource, (action, _) in said(task).items() if resource.startswith(("account:admin", "key:admin:"))}
    assert set(mine.values()) == {"report"}
    assert len(mine) == 2
    assert "people have to end it" in why(task, "account:admin")


def test_each_hand_is_found_ended_and_gone(machine: Machine) -> None:
    quiet = machine.check()
    assert (said(quiet), quiet.result["sync"], quiet.result["health"]) == ({}, "Synced", "Healthy")
    for hand in HANDS:
        machine.sh(hand.do)
    check, apply, after = machine.play(
        machine.task(check=True, baseline_remove=ALL), machine.task(baseline_remove=ALL), machine.task(check=True)
    ).tasks["machine"]
    found = said(check)
    assert {hand.resource: found.get(hand.resource) for hand in HANDS} == {hand.resource: (hand.action, "corrective") for hand in HANDS}
    assert {"sshd:passwordauthentication", "stranger:/etc/ssh/sshd_config.d/00-hand.conf"} <= set(found)
    assert 'command="/bin/sh"' in why(check, f"key:root:{FINGERPRINT}")
    assert "00-hand.conf:1" in why(check, "sshd:permitrootlogin")
    assert not apply.failed, apply.msg
    for hand in HANDS:
        machine.sh(hand.proof)
    machine.sh("userdel -r eve; rm -f /root/.ssh/authorized_keys2", check=False)
    assert (said(after), after.result["sync"]) == ({}, "Synced")


@pytest.fixture
def http_server(machine: Machine) -> Iterator[None]:
    machine.sh("systemd-run --unit=hand --collect python3 -m http.server 8099 --bind 0.0.0.0 && sleep 1")
    try:
        yield
    finally:
        machine.sh("systemctl stop hand")


def test_what_listens_and_nobody_declared_is_degraded_and_named(machine: Machine, http_server: None) -> None:
    task = machine.check()
    assert said(task)["socket:tcp/0.0.0.0:8099"] == ("report", "corrective")
    told = why(task, "socket:tcp/0.0.0.0:8099")
    assert all(word in told for word in ("http.server", "of root", "systemctl disable --now hand.service")), told
    assert task.result["health"] == "Degraded"


def test_an_sshd_with_words_of_its_own_is_asked_with_them(machine: Machine) -> None:
    machine.sh("""cp -a /etc/default/ssh /root/kept; echo 'SSHD_OPTS="-o MaxAuthTries=9"' > /etc/default/ssh && systemctl restart ssh""")
    try:
        found = said(machine.check())
    finally:
        machine.sh("mv /root/kept /etc/default/ssh && systemctl restart ssh")
    assert {"sshd:command-line", "sshd:maxauthtries"} <= set(found)


def test_a_configuration_that_sshd_refuses_is_degraded_and_pam_is_watched_as_a_file(machine: Machine) -> None:
    machine.sh("echo Nonsense > /etc/ssh/sshd_config.d/05-hand.conf && echo '# hand' >> /etc/pam.d/sshd")
    try:
        task = machine.check()
    finally:
        machine.sh("rm /etc/ssh/sshd_config.d/05-hand.conf && sed -i '$d' /etc/pam.d/sshd && systemctl reload ssh")
    assert said(task)["sshd:configuration"] == ("report", "corrective")
    assert said(task)["file:/etc/pam.d/sshd"] == ("report", "corrective")
    assert task.result["health"] == "Degraded"
