# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups, mounts, timers and settings on a host with systemd: predicted, applied, moved by hand and mended, taken back, and gone again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.converge.machine import Machine, task

COMPONENT = """
---
groups: "{{ [{'name': 'newops', 'members': ['newuser', 'daemon'], 'exclusive': true}] if kinds_all else [] }}"
users: "{{ [{'name': 'newuser', 'system': true}] if kinds_all else [] }}"
mounts: >-
  {{ {
    '/srv/kinds': {'source': 'tmpfs', 'fstype': 'tmpfs', 'options': 'size=1m,noexec,nofail'},
    '/srv/bound': {'source': '/srv/from', 'fstype': 'none', 'options': 'bind'},
  } if kinds_all else {} }}
timers: "{{ {'kinds': kinds_timer} if kinds_all else {} }}"
settings:
  /root/.kinds.json: {within: ours, values: "{{ {'key': 'value'} if kinds_all else {} }}"}
health: "{{ [{'url': 'http://127.0.0.1:9/', 'deadline': 1}] if kinds_sick else [] }}"
"""
#: all that means something to systemd
WORDS = ["a b", "$HOME", "${HOME}", "100%", "%h", ";", "'", '"', "\\n", "", "é"]
WRITE = "import sys; open('/run/kinds.words', 'w').write(ascii(sys.argv[1:]))"
TIMER = {"schedule": "*-*-* 03:00:00", "command": ["/usr/bin/python3", "-c", WRITE, *WORDS], "user": "root", "writes": ["/run"]}
GONE = {"kinds_all": False}

RESOURCES = {"group:newops", "user:newuser", "mount:/srv/kinds", "mount:/srv/bound", "timer:kinds", "setting:/root/.kinds.json ours key"}


@pytest.fixture
def kinds(fresh: Machine) -> Iterator[str]:
    fresh.sh("mkdir -p /srv/from/in && touch /srv/from/kept")
    yield fresh.role("kinds", component=COMPONENT, defaults="---\nkinds_all: true\nkinds_sick: false\nkinds_timer: {}\n")
    fresh.sh(
        "umount /srv/kinds /srv/bound; sed -i '/srv.kinds\\|srv.bound/d' /etc/fstab; userdel newuser; groupdel newops; "
        "rm -rf /var/lib/echodiary/components/kinds.json /root/.kinds.json /etc/systemd/system/kinds.* /srv/from /srv/bound /srv/kinds; "
        "systemctl daemon-reload",
        check=False,
    )


def converge(*, check: bool = False, **given: Any) -> dict[str, Any]:
    return task(["kinds"], check=check, kinds_timer=TIMER, **given)


def there(machine: Machine) -> dict[str, bool]:
    """What of it takes effect."""
    asked = {
        "members": "test \"$(getent group newops | cut -d: -f4 | tr , '\\n' | sort | xargs)\" = 'daemon newuser'",
        "tmpfs": "findmnt -n -o OPTIONS --mountpoint /srv/kinds | grep noexec | grep -q size=1024k",
        "bound": "test -e /srv/bound/kept",
        "fstab": "test $(grep -c 'srv/kinds\\|srv/bound' /etc/fstab) = 2",
        "timer": "systemctl is-active kinds.timer && systemctl is-enabled kinds.timer",
        "setting": 'grep -q \'"key": "value"\' /root/.kinds.json',
        "schedule": "systemctl show -p TimersCalendar kinds.timer | grep -q 03:00:00",
    }
    said = machine.sh("; ".join(f"({command}) >/dev/null 2>&1 && echo '{name}'" for name, command in asked.items()), check=False)
    return {name: name in said.splitlines() for name in asked}


def test_all_of_it_is_predicted_made_mended_and_gone_again(fresh: Machine, kinds: str) -> None:
    run = fresh.play(converge(check=True), converge(), converge(check=True))
    assert {(one["resource"], one["action"], one["origin"]) for one in run[0].changes} == {
        (name, "create", "pending") for name in RESOURCES
    }
    assert not run[1].failed, run[1].msg
    assert all(there(fresh).values()), there(fresh)
    assert run[2].changes == []
    fresh.sh("systemctl start kinds.service")
    assert fresh.sh("cat /run/kinds.words") == ascii(WORDS)

    fresh.sh(
        "gpasswd -d daemon newops; gpasswd -a games newops; umount /srv/bound; mount -o remount,exec /srv/kinds; "
        "sed -i '/srv.kinds/d' /etc/fstab; systemctl disable --now kinds.timer; echo '# x' >> /etc/systemd/system/kinds.service; "
        "sed -i 's/value/other/' /root/.kinds.json"
    )
    run = fresh.play(converge(check=True), converge(), converge(check=True))
    assert run[0].origins == dict.fromkeys(RESOURCES - {"user:newuser"}, "corrective")
    assert not run[1].failed, run[1].msg
    assert all(there(fresh).values()), there(fresh)
    assert run[2].changes == []

    run = fresh.play(converge(check=True, **GONE), converge(**GONE), converge(check=True, **GONE))
    assert {(one["resource"], one["action"]) for one in run[0].changes} == {(name, "remove") for name in RESOURCES}
    assert not run[1].failed, run[1].msg
    assert not any(there(fresh).values()), there(fresh)
    assert fresh.sh("getent group newops; ls /etc/systemd/system/kinds.*; findmnt -n /srv/kinds", check=False) == ""
    assert fresh.sh("ls /srv/from") == "in\nkept"
    assert run[2].changes == []


def test_what_was_there_before_stays_as_it_was(fresh: Machine, kinds: str) -> None:
    fresh.sh("groupadd newops; gpasswd -a games newops; mkdir -p /srv/kinds")
    fresh.sh("echo 'tmpfs /srv/kinds tmpfs size=2m 0 0' >> /etc/fstab; mount /srv/kinds")
    run = fresh.play(converge(), converge(**GONE), converge(check=True, **GONE))
    assert not run[0].failed and not run[1].failed, run[0].msg + run[1].msg
    assert run[2].changes == []
    assert fresh.sh("getent group newops | cut -d: -f4") == "", "ours are out, and nobody is given rights that nothing declares"
    assert fresh.sh("findmnt -n -o OPTIONS --mountpoint /srv/kinds | grep -o 'size=[0-9k]*\\|noexec'") == "size=2048k"
    assert fresh.sh("grep srv/kinds /etc/fstab") == "tmpfs /srv/kinds tmpfs size=2m 0 0"


def test_a_sick_component_is_taken_back_but_for_what_came_before_the_transaction(fresh: Machine, kinds: str) -> None:
    run = fresh.play(converge(kinds_sick=True))
    assert run[0].components["kinds"]["status"] == "taken_back"
    notes = " ".join(run[0].components["kinds"]["notes"])
    assert all(f"not taken back: {name} " in notes for name in ("group newops", "mount /srv/kinds"))
    left = there(fresh)
    assert not left["timer"] and not left["setting"] and left["members"] and left["bound"]
    assert fresh.sh("find /etc/systemd/system -name 'kinds*'") == ""


def test_nothing_is_lost(fresh: Machine, kinds: str) -> None:
    """A busy mount, files in memory alone, and files that a mount would hide: told with what to do, which works as it is told."""
    fresh.sh("mkdir -p /srv/kinds; touch /srv/kinds/precious")
    run = fresh.play(converge())
    assert "would hide /srv/kinds/precious" in run[0].msg
    fresh.sh(re.search(r"mv /srv/kinds .*? && mkdir /srv/kinds", run[0].msg)[0])  # type: ignore[index]
    assert not fresh.one(["kinds"], kinds_timer=TIMER).failed

    user = fresh.start("cd /srv/bound/in && exec sleep 60")
    fresh.sh("touch /srv/kinds/precious")
    run = fresh.play(converge(**GONE))
    assert "busy" in run[0].msg
    shown = re.search(r"sudo find .*? 2>/dev/null", run[0].msg)[0]  # type: ignore[index]
    pids = {line.split("/")[2] for line in fresh.sh(shown, check=False).splitlines()}
    assert pids
    fresh.sh(f"kill {' '.join(pids)}")
    user.wait(timeout=20)
    run = fresh.play(converge(**GONE), converge(check=True, **GONE))
    assert not run[0].failed, run[0].msg
    assert [(one["resource"], one["action"]) for one in run[1].changes] == [("mount:/srv/kinds", "report")]
    assert fresh.sh("ls /srv/kinds /srv/kinds.unmounted") == "/srv/kinds:\nprecious\n\n/srv/kinds.unmounted:\nprecious"
    fresh.sh("rm -r /srv/kinds.unmounted /srv/kinds/precious")


@pytest.mark.parametrize(
    ("timer", "words"),
    [({**TIMER, "schedule": "every day"}, "every day"), ({**TIMER, "command": ["backup"]}, "timers kinds: command")],
)
def test_a_timer_that_cannot_be_is_refused_with_nothing_touched(fresh: Machine, kinds: str, timer: dict[str, Any], words: str) -> None:
    given = {"kinds_timer": timer}
    run = fresh.play(task(["kinds"], check=True, **given), task(["kinds"], **given))
    assert all(words in one.msg for one in (run[0], run[1]))
    assert fresh.sh("find /etc/systemd/system -name 'kinds*'") == ""
